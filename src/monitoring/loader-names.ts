/** What the batched reads are called where they are measured: as in the source. */
import * as caseStudy from '../modules/case-studies/case-study.loaders.js';
import * as definitionCheck from '../modules/case-studies/definition-check.js';
import * as organisationCaseStudies from '../modules/case-studies/organisation-case-studies.loaders.js';
import * as citation from '../modules/citations/citation.loaders.js';
import * as organisation from '../modules/directory/organisation.loaders.js';
import * as experience from '../modules/experiences/experience.loaders.js';
import * as feed from '../modules/feeds/feed.loaders.js';
import * as framework from '../modules/framework/framework.loaders.js';
import * as lesson from '../modules/lessons/lesson.loaders.js';
import * as inbox from '../modules/notifications/inbox.loaders.js';
import * as person from '../modules/people/person.loaders.js';
import * as record from '../modules/records/record.loaders.js';
import * as recordAddress from '../modules/records/record-address.loaders.js';
import * as relation from '../modules/records/relation.loaders.js';
import * as reviewComment from '../modules/records/review-comment.loaders.js';
import * as revision from '../modules/records/revision.loaders.js';
import * as search from '../modules/search/search.loaders.js';
import * as snapshot from '../modules/snapshots/snapshot.loaders.js';
import * as webhook from '../modules/webhooks/webhook.loaders.js';

/** For what is declared beside its only use. */
const OTHER = 'other';

const names = new Map<unknown, string>(
  [
    caseStudy,
    citation,
    definitionCheck,
    organisationCaseStudies,
    organisation,
    experience,
    feed,
    framework,
    lesson,
    inbox,
    person,
    record,
    recordAddress,
    relation,
    reviewComment,
    revision,
    search,
    snapshot,
    webhook,
  ].flatMap((module) => Object.entries(module).map(([name, value]): [unknown, string] => [value, name])),
);

export function loaderName(loader: unknown): string {
  return names.get(loader) ?? OTHER;
}
