/** All tables: the classes that describe them, and the migrations that make them. */
import { KnowledgeBase1795374000000 } from '../migrations/1795374000000-knowledge-base.js';
import { KnowledgeLog1795374000001 } from '../migrations/1795374000001-knowledge-log.js';
import { Search1795374000002 } from '../migrations/1795374000002-search.js';
import { Access1795374000003 } from '../migrations/1795374000003-access.js';
import { Delivery1795374000004 } from '../migrations/1795374000004-delivery.js';
import { Inbox1795374000005 } from '../migrations/1795374000005-inbox.js';
import { Webhooks1795374000006 } from '../migrations/1795374000006-webhooks.js';
import { Digests1795374000007 } from '../migrations/1795374000007-digests.js';
import { Snapshots1795374000008 } from '../migrations/1795374000008-snapshots.js';
import { AsOf1795374000009 } from '../migrations/1795374000009-as-of.js';
import { Harvest1795374000010 } from '../migrations/1795374000010-harvest.js';
import { SearchMarks1795374000011 } from '../migrations/1795374000011-search-marks.js';
import { CaseStudy } from './modules/case-studies/case-study.entity.js';
import {
  Benefit,
  Contribution,
  Funding,
  Party,
  RecordRationale,
  RuleOfPlay,
} from './modules/case-studies/partnership.entity.js';
import { DigestConfirmation } from './modules/digests/digest-confirmation.entity.js';
import { Digest } from './modules/digests/digest.entity.js';
import { Municipality, Region } from './modules/directory/municipality.entity.js';
import { Library, Organisation, Partner } from './modules/directory/organisation.entity.js';
import { Experience } from './modules/experiences/experience.entity.js';
import { FrameworkElement, Theme } from './modules/framework/framework.entity.js';
import { Evidence, Lesson } from './modules/lessons/lesson.entity.js';
import { ApiKey } from './modules/people/api-key.entity.js';
import { AuditEntry } from './modules/people/audit-entry.entity.js';
import { AccessRequest, Invitation } from './modules/people/invitation.entity.js';
import { Membership, Person, PersonIdentity } from './modules/people/person.entity.js';
import { Adoption } from './modules/records/adoption.entity.js';
import { RecordRecommendation, RecordTheme, Source } from './modules/records/content.entity.js';
import { Link } from './modules/records/link.entity.js';
import { KnowledgeRecord } from './modules/records/record.entity.js';
import { ReviewComment } from './modules/records/review-comment.entity.js';
import { Revision } from './modules/records/revision.entity.js';
import { Follow } from './modules/notifications/follow.entity.js';
import { Inbox, InboxItem } from './modules/notifications/inbox.entity.js';
import { Snapshot, SnapshotChunk, SnapshotFile, SnapshotRecord } from './modules/snapshots/snapshot.entity.js';
import { WebhookAttempt } from './modules/webhooks/webhook-attempt.entity.js';
import { WebhookDelivery } from './modules/webhooks/webhook-delivery.entity.js';
import { WebhookEndpoint } from './modules/webhooks/webhook-endpoint.entity.js';

export const ENTITIES = [
  AccessRequest,
  Adoption,
  ApiKey,
  AuditEntry,
  Benefit,
  CaseStudy,
  Contribution,
  Digest,
  DigestConfirmation,
  Evidence,
  Experience,
  FrameworkElement,
  Funding,
  Invitation,
  KnowledgeRecord,
  Lesson,
  Library,
  Link,
  Membership,
  Municipality,
  Organisation,
  Partner,
  Party,
  Person,
  PersonIdentity,
  RecordRationale,
  RecordRecommendation,
  RecordTheme,
  Region,
  ReviewComment,
  Revision,
  RuleOfPlay,
  Snapshot,
  SnapshotChunk,
  SnapshotFile,
  SnapshotRecord,
  Source,
  Theme,
  Follow,
  Inbox,
  InboxItem,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
];

export const MIGRATIONS = [
  KnowledgeBase1795374000000,
  KnowledgeLog1795374000001,
  Search1795374000002,
  Access1795374000003,
  Delivery1795374000004,
  Inbox1795374000005,
  Webhooks1795374000006,
  Digests1795374000007,
  Snapshots1795374000008,
  AsOf1795374000009,
  Harvest1795374000010,
  SearchMarks1795374000011,
];
