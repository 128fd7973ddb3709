/** Many long events at once: more than the buffers between a server and a client that does not read can take. */
import { expect, vi } from 'vitest';
import { post } from './post.js';
import { ADMIN_KEY, patience, type Site } from './site.js';

const EVENTS = 200;
const TEXT_LENGTH = 30_000;

interface Reference {
  readonly id: string;
  readonly version: number;
}

/** Publishes a lesson with a long text, and has it told of again and again. Resolves when all of that has its place in the log. */
export async function tellMuch(site: Site, url: string): Promise<void> {
  const [organisation] = await site.rows<{ id: string }>('SELECT id FROM organisation ORDER BY id LIMIT 1');
  const write = async (name: string, type: string, made: string, input: object): Promise<Reference> => {
    const operation = `mutation ($input: ${type}!) { ${name}(input: $input) { ${made} { id version } errors { code } } }`;
    const { data, text } = await post(url, operation, { input }, ADMIN_KEY);
    const record = data?.[name]?.[made] as Reference | null | undefined;
    if (record == null) throw new Error(text);
    return { id: record.id, version: record.version };
  };
  let lesson = await write('createLesson', 'CreateLessonInput', 'lesson', {
    title: 'A long read',
    language: 'EN',
    organisationId: organisation!.id,
    context: 'A long read. '.repeat(TEXT_LENGTH / 13).trim(),
    advice: 'Take your time. '.repeat(TEXT_LENGTH / 16).trim(),
  });
  lesson = await write('submitForReview', 'RecordTransitionInput', 'record', lesson);
  lesson = await write('publish', 'RecordTransitionInput', 'record', lesson);
  await site.rows(
    `INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
       municipalities, recommendations, themes)
     SELECT gen_random_uuid(), 'ADOPTED', now(), $1, 'LESSON', $2, $3, '{}', '{}', '{}' FROM generate_series(1, ${EVENTS})`,
    [lesson.id, lesson.version, organisation!.id],
  );
  const unstamped = 'SELECT FROM knowledge_log WHERE position IS NULL AND record_id = $1';
  await vi.waitFor(async () => expect(await site.rows(unstamped, [lesson.id])).toEqual([]), patience);
}
