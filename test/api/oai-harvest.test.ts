/** Harvesters of OAI-PMH: what they have in the end is the truth, whatever happened while they harvested. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HarvestedRecord, fetchSchemaCheck, harvest, readPage } from '../helpers/oai.js';
import {
  createCaseStudy,
  createExperience,
  createLesson,
  libraryId,
  mutate,
  publish,
  type Reference,
} from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let sibling: TestServer;
const lessons: Reference[] = [];
const cases: Reference[] = [];
const experiences: Reference[] = [];
let partner: { id: string; version: number };
beforeAll(async () => {
  server = await startTestServer({ environment: { PUBLIC_URL: 'https://medspil.example.org/base' } });
  sibling = await server.sibling();
  const made = await mutate(server, 'createPartner', 'partner { id version }', {
    name: 'A rowing club',
    sector: 'CIVIL_SOCIETY',
    country: 'DK',
  });
  partner = made.partner;
  const parties = [{ organisationId: partner.id, role: 'PARTNER', contributions: [] }];
  for (let count = 0; count < 20; count++)
    cases.push(await publish(server, await createCaseStudy(server, { parties })));
  for (const { id } of cases) experiences.push(await publish(server, await createExperience(server, id)));
  for (let count = 0; count < 190; count++) lessons.push(await publish(server, await createLesson(server)));
}, 180_000);
afterAll(async () => {
  await sibling.close();
  await server.close();
});

const MEDSPIL = { metadataPrefix: 'medspil' };
const identifierOf = ({ id }: { id: string }) => `oai:medspil.example.org:${id}`;

/** Each page from the other of the two servers. */
let requests = 0;
const either = () => (requests++ % 2 === 0 ? server : sibling).url;

const contentOf = ({ deleted, metadata }: HarvestedRecord) => ({ deleted, metadata });
const contents = (records: readonly HarvestedRecord[]) =>
  new Map(records.map((record) => [record.identifier, contentOf(record)]));

async function revise(name: 'Lesson' | 'CaseStudy' | 'Experience', record: Reference): Promise<void> {
  const field = `${name[0]!.toLowerCase()}${name.slice(1)}`;
  const title = `Said again ${Math.random()}`;
  const payload = await mutate(server, `update${name}`, `${field} { id version }`, {
    id: record.id,
    version: record.version,
    title,
  });
  expect(payload.errors).toEqual([]);
  record.version = (await publish(server, payload[field])).version;
}

async function retract({ id, version }: Reference): Promise<void> {
  const { errors } = await mutate(server, 'retract', 'record { id }', { id, version, reason: 'It was wrong.' });
  expect(errors).toEqual([]);
}

const links: string[] = [];
const pick = <Item>(items: readonly Item[]) => items[Math.floor(Math.random() * items.length)]!;
const remove = <Item>(items: Item[]) => items.splice(Math.floor(Math.random() * items.length), 1)[0]!;

/** Everything that changes what is disseminated. */
const WRITES: readonly (() => Promise<unknown>)[] = [
  async () => lessons.push(await publish(server, await createLesson(server))),
  async () => experiences.push(await publish(server, await createExperience(server, pick(cases).id))),
  () => revise('Lesson', pick(lessons)),
  () => revise('CaseStudy', pick(cases)),
  () => revise('Experience', pick(experiences)),
  () => retract(remove(lessons)),
  () => retract(remove(experiences)),
  async () => {
    const [from, to] = [pick(lessons), pick(cases)];
    const { link } = await mutate(server, 'link', 'link { id }', {
      fromId: from.id,
      toId: to.id,
      relation: 'CONFIRMS',
    });
    if (link) links.push(link.id);
  },
  async () => links.length > 0 && mutate(server, 'unlink', 'link { id }', { id: remove(links) }),
  () =>
    mutate(server, 'addEvidence', 'lesson { id }', {
      lessonId: pick(lessons).id,
      experienceId: pick(experiences).id,
      stance: 'SUPPORTS',
    }),
  async () =>
    mutate(server, 'recordAdoption', 'adoption { id }', {
      recordId: pick(lessons).id,
      organisationId: await libraryId(server),
      taken: 'All of it.',
    }),
  async () => {
    const payload = await mutate(server, 'updatePartner', 'partner { id version }', {
      ...partner,
      name: `A rowing club ${Math.random()}`,
    });
    partner = payload.partner;
  },
];

/** Writes one after the other until it is stopped. */
function keepWriting(): { stop(): Promise<void>; readonly count: number } {
  let stopped = false;
  let count = 0;
  const ended = (async () => {
    while (!stopped) {
      await pick(WRITES)();
      count += 1;
    }
  })();
  return {
    stop: () => {
      stopped = true;
      return ended;
    },
    get count() {
      return count;
    },
  };
}

describe('a harvester', () => {
  it('has the truth after an incremental harvest, whatever was written meanwhile', { timeout: 120_000 }, async () => {
    const isValid = await fetchSchemaCheck(server.url);
    for (let round = 0; round < 6; round++) {
      const before = await harvest(either, { ...MEDSPIL, verb: 'ListIdentifiers' });
      const writer = keepWriting();
      const first = await harvest(either, MEDSPIL, async () => {
        // So that something happens between any two pages.
        const { count } = writer;
        await expect.poll(() => writer.count).toBeGreaterThan(count + 3);
      });
      await writer.stop();
      expect(first.pages.length).toBeGreaterThan(2);
      const identifiers = first.records.map(({ identifier }) => identifier);
      expect(new Set(identifiers).size).toBe(identifiers.length);
      expect(identifiers).toEqual(expect.arrayContaining(before.records.map(({ identifier }) => identifier)));

      const next = await harvest(either, { ...MEDSPIL, from: first.responseDate });
      const replica = new Map([...contents(first.records), ...contents(next.records)]);
      const truth = await harvest(either, MEDSPIL);
      expect(replica).toEqual(contents(truth.records));
      const published = [...lessons, ...cases, ...experiences].map(identifierOf).sort();
      const alive = truth.records.filter(({ deleted }) => !deleted);
      expect(alive.map(({ identifier }) => identifier).sort()).toEqual(published);
      expect(await isValid([...first.texts, ...next.texts])).toEqual([]);
    }
  });

  it('misses nothing that was told as past and became visible later', async () => {
    const names = () => harvest(either, { ...MEDSPIL, set: 'kind:case-study' });
    const writer = new pg.Client(server.database.url);
    await writer.connect();
    try {
      await writer.query('BEGIN');
      await writer.query(`UPDATE organisation SET name = 'A late rowing club' WHERE id = $1`, [partner.id]);
      const link = `INSERT INTO link VALUES (gen_random_uuid(), $1, $2, 'SUPERSEDES', 'late', now())`;
      await writer.query(link, [lessons[0]!.id, lessons[1]!.id]);
      await writer.query(
        `INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version,
          related_record_id, organisation_id, municipalities, recommendations, themes)
        VALUES (gen_random_uuid(), 'LINKED', now(), $1, 'LESSON', 1, $2, gen_random_uuid(), '{}', '{}', '{}')`,
        [lessons[0]!.id, lessons[1]!.id],
      );
      const began = Date.now();
      // Harvesters count seconds.
      await expect.poll(async () => Date.parse((await names()).responseDate)).toBeGreaterThan(began + 1_000);
      const first = await harvest(either, MEDSPIL);
      await writer.query('COMMIT');
      const next = await harvest(either, { ...MEDSPIL, from: first.responseDate });
      const changed = next.records.map(({ identifier }) => identifier);
      for (const record of [...cases, lessons[0]!, lessons[1]!]) expect(changed).toContain(identifierOf(record));
      expect(next.texts.join()).toContain('A late rowing club');
    } finally {
      await writer.end();
    }
  });

  it('hears again only of what changed', async () => {
    await harvest(either, MEDSPIL);
    await expect.poll(async () => (await readAll({ from: await now() })).length).toBe(0);
    const [one, other] = [lessons[2]!, cases[2]!];
    const from = await now();
    const { link } = await mutate(server, 'link', 'link { id }', {
      fromId: one.id,
      toId: other.id,
      relation: 'CONTINUES',
    });
    expect(await readAll({ from })).toEqual([identifierOf(one), identifierOf(other)].sort());
    await mutate(server, 'unlink', 'link { id }', { id: link.id });
    expect((await harvest(either, { ...MEDSPIL, from })).texts.join()).not.toContain(link.id);
    await retract(lessons.splice(2, 1)[0]!);
    const [deleted] = (await harvest(either, { ...MEDSPIL, from, set: 'kind:lesson' })).records;
    expect(deleted).toMatchObject({ identifier: identifierOf(one), deleted: true, metadata: null });
  });

  it('of a set has its records, those that lie deeper too', async () => {
    const region = await harvest(either, { metadataPrefix: 'oai_dc', set: 'organisation' });
    const all = await harvest(either, { metadataPrefix: 'oai_dc' });
    expect(region.records).toEqual(all.records);
  });
});

/** The time of an answer, and the identifiers of a list, sorted. */
const now = async () => readPage(await (await fetch(`${either()}/oai?verb=Identify`)).text()).responseDate;
async function readAll(parameters: Record<string, string>): Promise<string[]> {
  const { records } = await harvest(either, { ...MEDSPIL, verb: 'ListIdentifiers', ...parameters });
  return records.map(({ identifier }) => identifier).sort();
}
