/** Where people look at a record. */
import type { LogEntry } from '../../platform/log/log-entry.js';
import type { RecordKind } from '../records/record.entity.js';

const FRAGMENTS: Readonly<Record<RecordKind, string>> = {
  CASE_STUDY: '... on CaseStudy { summary description }',
  EXPERIENCE: '... on Experience { purpose experienced challenges barriers gain }',
  LESSON: '... on Lesson { context cause advice avoid }',
};

/** The explorer with a query of the record, where a person can look at it and ask for more. */
export function recordAddress(
  { recordId, recordKind }: Pick<LogEntry, 'recordId' | 'recordKind'>,
  base: string,
): string {
  const query = `{
  node(id: "${recordId}") {
    ... on KnowledgeRecord {
      title
      language
      provenance
      organisation { name }
    }
    ${FRAGMENTS[recordKind as RecordKind]}
  }
}`;
  return `${base}/graphiql?query=${encodeURIComponent(query)}`;
}
