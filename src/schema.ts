/** The resolver classes as one GraphQL schema, and its text. */
import 'reflect-metadata';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray, type PubSub } from 'type-graphql';
import { keepScopes } from './common/reading-scope.js';
import { CaseStudyResolver, PartyResolver } from './modules/case-studies/case-study.resolver.js';
import { OrganisationCaseStudiesResolver } from './modules/case-studies/organisation-case-studies.resolver.js';
import { CitationResolver } from './modules/citations/citation.resolver.js';
import { DigestResolver } from './modules/digests/digest.resolver.js';
import { OrganisationResolver } from './modules/directory/organisation.resolver.js';
import { CaseStudyExperiencesResolver, ExperienceResolver } from './modules/experiences/experience.resolver.js';
import {
  NewContentResolver,
  PolledRecommendationResolver,
  PolledThemeResolver,
} from './modules/feeds/new-content.resolver.js';
import { FrameworkResolver, RecommendationResolver, ThemeResolver } from './modules/framework/framework.resolver.js';
import { KnowledgeEventResolver } from './modules/knowledge-events/knowledge-event.resolver.js';
import {
  CaseStudyLessonsResolver,
  EvidenceResolver,
  ExperienceLessonsResolver,
  LessonResolver,
} from './modules/lessons/lesson.resolver.js';
import { RecordAddressResolver } from './modules/linked-data/record-address.resolver.js';
import { ApiKeyResolver } from './modules/people/api-key.resolver.js';
import { AuditLogResolver } from './modules/people/audit-log.resolver.js';
import { AccessRequestResolver } from './modules/people/access-request.resolver.js';
import { InvitationResolver } from './modules/people/invitation.resolver.js';
import { MemberResolver } from './modules/people/member.resolver.js';
import { OrganisationSettingsResolver } from './modules/people/organisation-settings.resolver.js';
import { PersonalDataResolver } from './modules/people/personal-data.resolver.js';
import { MembershipResolver, ViewerResolver } from './modules/people/viewer.resolver.js';
import { FollowResolver } from './modules/notifications/follow.resolver.js';
import { InboxItemResolver, InboxResolver, ToldResolver } from './modules/notifications/inbox.resolver.js';
import { NodeResolver } from './modules/records/node.resolver.js';
import { RecordResolver } from './modules/records/record.resolver.js';
import {
  AdoptionResolver,
  LinkEdgeResolver,
  LinkResolver,
  RelationResolver,
} from './modules/records/relation.resolver.js';
import { RenderedTextResolver } from './modules/records/rendered-text.resolver.js';
import { ReviewCommentResolver, ReviewResolver } from './modules/records/review-comment.resolver.js';
import { RecordHistoryResolver, RevisionResolver } from './modules/records/revision.resolver.js';
import { WarningResolver } from './modules/records/warning.resolver.js';
import { KnowledgeGraphEdgeResolver, KnowledgeGraphResolver } from './modules/search/knowledge-graph.resolver.js';
import { SearchEdgeResolver, SearchResolver } from './modules/search/search.resolver.js';
import { SnapshotResolver } from './modules/snapshots/snapshot.resolver.js';
import {
  MunicipalityPairResolver,
  OrganisationPairResolver,
  StatisticsResolver,
} from './modules/statistics/statistics.resolver.js';
import { WebhookDeliveryResolver, WebhookResolver } from './modules/webhooks/webhook.resolver.js';

const RESOLVERS: NonEmptyArray<Function> = [
  AccessRequestResolver,
  AdoptionResolver,
  ApiKeyResolver,
  AuditLogResolver,
  CaseStudyExperiencesResolver,
  CaseStudyLessonsResolver,
  CaseStudyResolver,
  CitationResolver,
  DigestResolver,
  EvidenceResolver,
  ExperienceLessonsResolver,
  ExperienceResolver,
  FollowResolver,
  FrameworkResolver,
  InboxItemResolver,
  InboxResolver,
  InvitationResolver,
  KnowledgeEventResolver,
  KnowledgeGraphEdgeResolver,
  KnowledgeGraphResolver,
  LessonResolver,
  LinkEdgeResolver,
  LinkResolver,
  MemberResolver,
  MembershipResolver,
  MunicipalityPairResolver,
  NewContentResolver,
  NodeResolver,
  OrganisationCaseStudiesResolver,
  OrganisationPairResolver,
  OrganisationResolver,
  OrganisationSettingsResolver,
  PartyResolver,
  PersonalDataResolver,
  PolledRecommendationResolver,
  PolledThemeResolver,
  RecommendationResolver,
  RecordAddressResolver,
  RecordHistoryResolver,
  RecordResolver,
  RelationResolver,
  RenderedTextResolver,
  ReviewCommentResolver,
  ReviewResolver,
  RevisionResolver,
  SearchEdgeResolver,
  SearchResolver,
  SnapshotResolver,
  StatisticsResolver,
  ThemeResolver,
  ToldResolver,
  ViewerResolver,
  WarningResolver,
  WebhookDeliveryResolver,
  WebhookResolver,
];

/** Every subscription has a source of its own; type-graphql wants this all the same. */
const NO_PUB_SUB: PubSub = {
  publish: () => {
    throw new Error('Events go through the knowledge log.');
  },
  subscribe: () => {
    throw new Error('Events come from the knowledge log.');
  },
};

/**
 * Builds the schema.
 *
 * @param resolvers instances of those resolver classes whose constructors take something; without any the schema can be
 *   printed and checked against, not executed
 */
export function buildGraphqlSchema(resolvers: readonly object[] = []): GraphQLSchema {
  const instances = new Map<unknown, object>(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const schema = buildSchemaSync({
    resolvers: RESOLVERS,
    container: {
      get: (ResolverClass) => {
        let instance = instances.get(ResolverClass);
        if (instance === undefined) instances.set(ResolverClass, (instance = new ResolverClass()));
        return instance;
      },
    },
    // Services check their input themselves: errors there belong into payloads.
    validate: false,
    pubSub: NO_PUB_SUB,
  });
  keepScopes(schema);
  describeRoots(schema);
  return schema;
}

/** What no decorator has a place for. */
function describeRoots(schema: GraphQLSchema): void {
  schema.getQueryType()!.description = 'What can be read. What is published is open to everybody.';
  schema.getMutationType()!.description =
    'What can be written, with a key. A write that is refused answers with `errors` and changes nothing.';
  schema.getSubscriptionType()!.description =
    'What can be followed as it happens, over WebSocket or server-sent events.';
}

/** The schema in the GraphQL schema language, in alphabetical order: what `schema.graphql` holds. */
export function printGraphqlSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
