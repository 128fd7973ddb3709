/** The whole log to one subscriber, beside reading the same rows by SQL. */
import { createHash } from 'node:crypto';
import { now } from '../lib/clock.js';
import { median, round } from '../lib/report.js';

const PAGE = 1000;

const ENTRY = `entry.position, entry.event_id, entry.type, entry.occurred_at, entry.record_id, entry.record_kind,
  entry.record_version, entry.related_record_id, entry.organisation_id, entry.municipalities, entry.recommendations,
  entry.themes`;

/** What is asked, and the statement that reads as much. */
const selections = {
  'id and cursor': {
    fields: 'id cursor',
    statement: {
      name: 'entries',
      text: `SELECT ${ENTRY} FROM knowledge_log entry
        WHERE entry.position > $1 AND entry.position <= $2 ORDER BY entry.position`,
    },
  },
  'with the record': {
    fields: 'id cursor type recordId recordKind occurredAt record { id title }',
    statement: {
      name: 'entries with records',
      text: `SELECT ${ENTRY}, record.id, record.title FROM knowledge_log entry
        LEFT JOIN record ON record.id = entry.record_id AND record.status = 'PUBLISHED'
        WHERE entry.position > $1 AND entry.position <= $2 ORDER BY entry.position`,
    },
  },
};

export function subscriptionTo(fields) {
  return `subscription ($after: String) { knowledgeEvents(after: $after) { ${fields} } }`;
}

/**
 * @returns events a second for each selection and way, and what they are of those by SQL
 * @throws Error when a subscriber gets anything but each event once and in order
 */
export async function measureBackfill({ server, client, reader, start, count, rounds, log }) {
  const ways = {
    sql: ({ statement }) => readBySql(client, statement, count),
    websocket: ({ fields }) => readAs('websocket', fields),
    sse: ({ fields }) => readAs('sse', fields),
  };
  const readAs = (channel, fields) =>
    reader.ask('read', {
      channel,
      count,
      port: server.port,
      query: subscriptionTo(fields),
      variables: { after: start },
    });

  const rates = {};
  // The first round warms up.
  for (let number = 0; number <= rounds; number++) {
    log(number === 0 ? 'Warm-up' : `Round ${number} of ${rounds}`);
    for (const [selection, asked] of Object.entries(selections)) {
      const digests = new Set();
      for (const [way, read] of Object.entries(ways)) {
        const before = await server.atRest();
        const { milliseconds, digest } = await read(asked);
        const { cpu } = await server.usage();
        digests.add(digest);
        if (digests.size > 1) throw new Error(`By ${way} came other events than by SQL, or in another order.`);
        const figures = ((rates[selection] ??= {})[way] ??= { perSecond: [], cpu: [] });
        if (number === 0) continue;
        figures.perSecond.push(round((count / milliseconds) * 1000, 0));
        figures.cpu.push(cpu - before.cpu);
      }
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([selection, ofWays]) => [selection, summarise(ofWays, count)]));
}

function summarise(ofWays, count) {
  const bySql = median(ofWays.sql.perSecond);
  return Object.fromEntries(
    Object.entries(ofWays).map(([way, { perSecond, cpu }]) => {
      const middle = round(median(perSecond));
      // Of SQL it is the bench's own process that reads.
      const microseconds = way === 'sql' ? null : round((median(cpu) / count) * 1000, 1);
      return [way, { perSecond: middle, ofSql: round(middle / bySql, 2), microseconds, rounds: perSecond }];
    }),
  );
}

async function readBySql(client, statement, count) {
  const digest = createHash('sha256');
  const begin = now();
  let read = 0;
  while (read < count) {
    const { rows } = await client.query({ ...statement, values: [read, read + PAGE] });
    for (const { event_id: id } of rows) digest.update(id);
    read += rows.length;
    if (rows.length === 0) throw new Error(`The log ends after ${read} events.`);
  }
  return { milliseconds: now() - begin, digest: digest.digest('hex') };
}
