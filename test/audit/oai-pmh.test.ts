/**
 * OAI-PMH 2.0 rule by rule: https://www.openarchives.org/OAI/openarchivesprotocol.html, and the guidelines for repositories.
 * The ids are for good. Each rule is also shown an answer that breaks it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLesson, mutate, publish, type Reference } from '../helpers/records.js';
import { attributesOf, errorsOf, fetchSchemaCheck, readPage, type SchemaCheck, textsOf } from '../helpers/oai.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let isValid: SchemaCheck;
let known: Reference;
let gone: Reference;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
  isValid = await fetchSchemaCheck(server.url);
  for (let count = 0; count < 100; count++) known = await publish(server, await createLesson(server));
  gone = await publish(server, await createLesson(server));
  await mutate(server, 'retract', 'record { id }', { ...gone, slug: undefined, reason: 'It was wrong.' });
}, 120_000);
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** Sends arguments as they stand in an address, and validates the answer. */
type Ask = (query: string, method?: 'GET' | 'POST') => Promise<Answer>;

const identifierOf = ({ id }: Reference) => `oai:127.0.0.1:${id}`;
const LIST = 'verb=ListRecords&metadataPrefix=oai_dc';

/** Asks the server, and does to its answer what a careless one might. */
const asking =
  (careless: (text: string) => string): Ask =>
  async (query, method = 'GET') => {
    const response =
      method === 'GET'
        ? await fetch(`${server.url}/oai?${query}`)
        : await fetch(`${server.url}/oai`, { method, body: new URLSearchParams(query) });
    const text = careless(await response.text());
    expect(await isValid([text])).toEqual([]);
    return { status: response.status, type: response.headers.get('content-type'), text };
  };

/** Makes answers differ that are to be alike. */
let answers = 0;

type Level = 'MUST' | 'SHOULD' | 'MAY';
interface Rule {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  readonly check: (ask: Ask) => Promise<void>;
  /** Makes of an answer one that breaks the rule. */
  readonly broken: (text: string) => string;
}

const rule = (id: string, level: Level, title: string, broken: Rule['broken'], check: Rule['check']): Rule => ({
  id,
  level,
  title,
  broken,
  check,
});

/** That each of some requests is answered with one error and no other. */
const refuses = (id: string, code: string, title: string, queries: () => readonly string[]): Rule =>
  rule(
    id,
    'MUST',
    title,
    (text) => text.replace(/code="\w+"/, 'code="noSetHierarchy"'),
    async (ask) => {
      for (const query of queries()) {
        for (const method of ['GET', 'POST'] as const) {
          const { status, text } = await ask(query, method);
          expect(status, query).toBe(200);
          expect([...new Set(errorsOf(text))], query).toEqual([code]);
        }
      }
    },
  );

const pageOf = async (ask: Ask, query: string) => readPage((await ask(query)).text);
const tokenOf = async (ask: Ask, verb = 'ListRecords') =>
  (await pageOf(ask, `verb=${verb}&metadataPrefix=oai_dc`)).token!;

const RULES: readonly Rule[] = [
  rule(
    '2.4-IDENTIFIER-URI',
    'MUST',
    'identifiers are URIs, of the scheme oai',
    (text) => text.replaceAll('<identifier>oai:', '<identifier>urn-'),
    async (ask) => {
      const { records } = await pageOf(ask, LIST);
      for (const { identifier } of records) expect(identifier).toMatch(/^oai:127\.0\.0\.1:[0-9a-f-]{36}$/);
    },
  ),
  rule(
    '2.5.1-DELETED-HEADER',
    'MUST',
    'a deleted record has a header with that status, and no metadata',
    (text) => text.replaceAll(' status="deleted"', ''),
    async (ask) => {
      const query = `metadataPrefix=oai_dc&identifier=${identifierOf(gone)}`;
      const [record] = (await pageOf(ask, `verb=GetRecord&${query}`)).records;
      expect(record).toMatchObject({ deleted: true, metadata: null });
      expect(record!.sets).toContain('kind:lesson');
    },
  ),
  rule(
    '2.5.1-DELETED-LISTED',
    'MUST',
    'deleted records are listed, by both verbs',
    (text) => text.replaceAll(' status="deleted"', ''),
    async (ask) => {
      for (const verb of ['ListRecords', 'ListIdentifiers']) {
        const first = await pageOf(ask, `verb=${verb}&metadataPrefix=medspil`);
        const second = await pageOf(ask, `verb=${verb}&resumptionToken=${first.token}`);
        const deleted = [...first.records, ...second.records].filter((record) => record.deleted);
        expect(deleted.map(({ identifier }) => identifier)).toContain(identifierOf(gone));
      }
    },
  ),
  rule(
    '2.6-SETS-HIERARCHY',
    'MUST',
    'each set lies in one that is there, and its records in that as well',
    (text) => text.replace('<set><setSpec>kind</setSpec>', '<set><setSpec>sort</setSpec>'),
    async (ask) => {
      const sets = textsOf((await ask('verb=ListSets')).text, 'setSpec');
      expect(new Set(sets).size).toBe(sets.length);
      for (const set of sets.filter((name) => name.includes(':'))) {
        expect(sets).toContain(set.slice(0, set.lastIndexOf(':')));
      }
      const { records } = await pageOf(ask, 'verb=ListIdentifiers&metadataPrefix=oai_dc&set=organisation:partner');
      expect(records.length).toBeGreaterThan(1);
      for (const record of records) expect(record.sets.join()).toContain('organisation:partner:');
    },
  ),
  rule(
    '2.6-SETS-OF-HEADERS',
    'MUST',
    'headers name sets that are there',
    (text) =>
      text
        .replaceAll('>kind:lesson<', '>kind:lessons<')
        .replace('<setSpec>kind:lessons</setSpec><setName>', '<setSpec>kind:lesson</setSpec><setName>'),
    async (ask) => {
      const sets = textsOf((await ask('verb=ListSets')).text, 'setSpec');
      const { records } = await pageOf(ask, LIST);
      for (const name of records.flatMap((record) => record.sets)) expect(sets).toContain(name);
    },
  ),
  rule(
    '2.7-SET-SELECTS',
    'MUST',
    'a set selects the records that say they are in it',
    (text) => text.replaceAll('<setSpec>kind:experience</setSpec>', ''),
    async (ask) => {
      const { records } = await pageOf(ask, 'verb=ListIdentifiers&metadataPrefix=oai_dc&set=kind:experience');
      expect(records.length).toBeGreaterThan(5);
      for (const record of records) expect(record.sets).toContain('kind:experience');
    },
  ),
  rule(
    '2.7.1-RANGE-INCLUSIVE',
    'MUST',
    'both ends of a range are within it',
    (text) => text.replaceAll(/<datestamp>[^<]*/g, '<datestamp>2001-01-01T00:00:00Z'),
    async (ask) => {
      const list = 'verb=ListIdentifiers&metadataPrefix=oai_dc&set=kind:case-study';
      const [record] = (await pageOf(ask, list)).records;
      const { identifier, datestamp } = record!;
      const day = datestamp.slice(0, 10);
      for (const range of [`from=${datestamp}&until=${datestamp}`, `from=${day}&until=${day}`, `from=${datestamp}`]) {
        const { records } = await pageOf(ask, `${list}&${range}`);
        expect(
          records.map((each) => each.identifier),
          range,
        ).toContain(identifier);
      }
    },
  ),
  rule(
    '3.1.1-POST',
    'MUST',
    'GET and POST are answered alike',
    (text) => text.replaceAll(/<setName>/g, () => `<setName>${(answers += 1)}`),
    async (ask) => {
      const withoutTime = ({ text }: Answer) => text.replace(/<responseDate>.*?<\/responseDate>/, '');
      expect(withoutTime(await ask('verb=ListSets', 'POST'))).toBe(withoutTime(await ask('verb=ListSets', 'GET')));
    },
  ),
  rule(
    '3.1.2-TYPE',
    'MUST',
    'answers are text/xml, in UTF-8',
    (text) => text.replace('encoding="UTF-8"', 'encoding="US-ASCII"'),
    async (ask) => {
      for (const query of ['verb=Identify', 'verb=Nonsense']) {
        const { type, text } = await ask(query);
        expect(type).toBe('text/xml; charset=utf-8');
        expect(text).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<OAI-PMH /);
      }
    },
  ),
  rule(
    '3.2-RESPONSE-DATE',
    'MUST',
    'responseDate is the time of the answer, in UTC',
    (text) => text.replace(/<responseDate>..../, '<responseDate>2001'),
    async (ask) => {
      for (const query of ['verb=Identify', 'verb=Nonsense', LIST]) {
        const [time] = textsOf((await ask(query)).text, 'responseDate');
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(Math.abs(Date.parse(time!) - Date.now())).toBeLessThan(5_000);
      }
    },
  ),
  rule(
    '3.2-REQUEST-ECHO',
    'MUST',
    'request has the base address, and the arguments as attributes',
    (text) => text.replace(' metadataPrefix="oai_dc"', ''),
    async (ask) => {
      const { text } = await ask(`${LIST}&set=kind:lesson&from=2001-01-01`);
      expect(attributesOf(text, 'request')).toEqual({
        verb: 'ListRecords',
        metadataPrefix: 'oai_dc',
        set: 'kind:lesson',
        from: '2001-01-01',
      });
      expect(textsOf(text, 'request')).toEqual([`${server.url}/oai`]);
      expect(attributesOf((await ask(`${LIST}&set=theme:unheard-of`)).text, 'request')).toEqual({
        verb: 'ListRecords',
        metadataPrefix: 'oai_dc',
        set: 'theme:unheard-of',
      });
    },
  ),
  rule(
    '3.2-REQUEST-NO-ECHO',
    'MUST',
    'request has no attributes after badVerb or badArgument',
    (text) => text.replace('<request>', '<request verb="Identify">'),
    async (ask) => {
      for (const query of ['', 'verb=Nonsense', 'verb=Identify&set=kind', `${LIST}&from=x`]) {
        expect(attributesOf((await ask(query)).text, 'request'), query).toEqual({});
      }
    },
  ),
  rule(
    '3.3.1-GRANULARITY',
    'MUST',
    'datestamps have the granularity that Identify tells',
    (text) => text.replaceAll(/<datestamp>(.{10})[^<]*/g, '<datestamp>$1'),
    async (ask) => {
      expect(textsOf((await ask('verb=Identify')).text, 'granularity')).toEqual(['YYYY-MM-DDThh:mm:ssZ']);
      const { records } = await pageOf(ask, LIST);
      for (const { datestamp } of records) expect(datestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    },
  ),
  rule(
    '3.4-DUBLIN-CORE',
    'MUST',
    'every record is there as oai_dc',
    (text) => text.replaceAll(/<metadata>.*?<\/metadata>/g, ''),
    async (ask) => {
      const { records } = await pageOf(ask, LIST);
      for (const { deleted, metadata } of records) {
        expect(metadata === null).toBe(deleted);
        if (metadata !== null)
          expect(metadata).toMatch(/^<oai_dc:dc [^>]*xmlns:dc="http:\/\/purl\.org\/dc\/elements\/1\.1\/"/);
      }
    },
  ),
  rule(
    '3.4-SCHEMA-LOCATION',
    'MUST',
    'metadata and answers say where their schemas lie',
    (text) => text.replaceAll(/xsi:schemaLocation="[^"]*"/g, ''),
    async (ask) => {
      for (const [prefix, schema] of [
        ['oai_dc', 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd'],
        ['medspil', `${server.url}/ns/medspil-oai.xsd`],
      ] as const) {
        const { text } = await ask(`verb=GetRecord&metadataPrefix=${prefix}&identifier=${identifierOf(known)}`);
        expect(text).toMatch(/^<OAI-PMH [^>]*schemaLocation="http:\/\/www\.openarchives\.org\/OAI\/2\.0\/ http/m);
        expect(text).toContain(`${schema}"`);
      }
    },
  ),
  rule(
    '3.5-TOKEN-COMPLETES',
    'MUST',
    'a list goes on with its tokens to a page with an empty one',
    (text) => text.replace(/<resumptionToken[^>]*\/>/, ''),
    async (ask) => {
      for (const verb of ['ListRecords', 'ListIdentifiers']) {
        const first = await pageOf(ask, `verb=${verb}&metadataPrefix=oai_dc`);
        const second = await pageOf(ask, `verb=${verb}&resumptionToken=${first.token}`);
        expect(first.records).toHaveLength(100);
        expect(second.token).toBe('');
        const identifiers = [...first.records, ...second.records].map(({ identifier }) => identifier);
        expect(new Set(identifiers).size).toBe(identifiers.length);
        expect(identifiers).toContain(identifierOf(known));
      }
    },
  ),
  rule(
    '3.5-TOKEN-WHOLE',
    'MUST',
    'a list of one page has no token',
    (text) => text.replace('</ListIdentifiers>', '<resumptionToken/></ListIdentifiers>'),
    async (ask) => {
      const { token, records } = await pageOf(ask, 'verb=ListIdentifiers&metadataPrefix=oai_dc&set=kind:experience');
      expect(records.length).toBeGreaterThan(0);
      expect(token).toBeNull();
    },
  ),
  rule(
    '3.5-TOKEN-AGAIN',
    'MUST',
    'the token of the last request can be sent again',
    (text) => text.replace(/<header.*?<\/header>/, ''),
    async (ask) => {
      const token = await tokenOf(ask, 'ListIdentifiers');
      const identifiers = async () =>
        (await pageOf(ask, `verb=ListIdentifiers&resumptionToken=${token}`)).records.map(
          ({ identifier }) => identifier,
        );
      const all = (await (await fetch(`${server.url}/oai?verb=ListIdentifiers&resumptionToken=${token}`)).text()).match(
        /<identifier>/g,
      )!;
      expect(await identifiers()).toEqual(await identifiers());
      expect(await identifiers()).toHaveLength(all.length);
    },
  ),
  rule(
    '3.5-TOKEN-ATTRIBUTES',
    'MAY',
    'tokens tell their end, the size of the list and the place in it',
    (text) => text.replace(/ cursor="\d+"/, ' cursor="7"'),
    async (ask) => {
      const first = await pageOf(ask, LIST);
      const second = await pageOf(ask, `verb=ListRecords&resumptionToken=${first.token}`);
      expect([first.cursor, second.cursor]).toEqual([0, 100]);
      expect([first.size, second.size]).toEqual([first.records.length + second.records.length, first.size]);
      const life = Date.parse(first.expirationDate!) - Date.parse(first.responseDate);
      expect(life).toBe(24 * 60 * 60 * 1_000);
    },
  ),
  refuses('3.6-BAD-VERB', 'badVerb', 'a verb that is missing, unknown or repeated', () => [
    '',
    'verb=',
    'verb=identify',
    'verb=Nonsense',
    'verb=Identify&verb=Identify',
    'metadataPrefix=oai_dc',
    'verb=toString',
  ]),
  refuses('3.6-BAD-ARGUMENT-UNKNOWN', 'badArgument', 'an argument that the verb does not take', () => [
    'verb=Identify&set=kind',
    'verb=Identify&identifier=oai:a:b',
    'verb=ListSets&metadataPrefix=oai_dc',
    'verb=ListMetadataFormats&from=2001-01-01',
    `${LIST}&identifier=${identifierOf(known)}`,
    `${LIST}&nonsense=1`,
    `${LIST}&%3Cscript%3E=1`,
  ]),
  refuses('3.6-BAD-ARGUMENT-MISSING', 'badArgument', 'a required argument that is missing', () => [
    'verb=ListRecords',
    'verb=ListIdentifiers&from=2001-01-01',
    'verb=GetRecord',
    'verb=GetRecord&metadataPrefix=oai_dc',
    `verb=GetRecord&identifier=${identifierOf(known)}`,
  ]),
  refuses('3.6-BAD-ARGUMENT-REPEATED', 'badArgument', 'an argument that is repeated', () => [
    `${LIST}&metadataPrefix=oai_dc`,
    `${LIST}&from=2001-01-01&from=2001-01-01`,
    'verb=ListSets&resumptionToken=a&resumptionToken=a',
  ]),
  refuses('3.6-BAD-ARGUMENT-TOKEN', 'badArgument', 'a token with any other argument', () => [
    `${LIST}&resumptionToken=x`,
    'verb=ListIdentifiers&resumptionToken=x&from=2001-01-01',
  ]),
  refuses('3.6-BAD-ARGUMENT-SYNTAX', 'badArgument', 'a value that cannot be', () =>
    [
      '2001-02-30',
      '2001-1-1',
      '0000-01-01',
      '2001-01-01T00:00Z',
      '2001-01-01T00:00:00.000Z',
      '2001-01-01T00:00:00%2B01:00',
      'yesterday',
      '',
    ]
      .map((time) => `${LIST}&from=${time}`)
      .concat([
        `${LIST}&set=kind:`,
        `${LIST}&set=a%20b`,
        `${LIST}&set=`,
        'verb=ListRecords&metadataPrefix=oai%20dc',
        'verb=ListRecords&metadataPrefix=',
        'verb=GetRecord&metadataPrefix=oai_dc&identifier=',
        'verb=GetRecord&metadataPrefix=oai_dc&identifier=%00',
        `verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:a:${'b'.repeat(3_000)}`,
      ]),
  ),
  refuses(
    '3.6-BAD-ARGUMENT-RANGE',
    'badArgument',
    'a range that ends before it begins, or has two granularities',
    () => [
      `${LIST}&from=2001-01-02&until=2001-01-01`,
      `${LIST}&from=2001-01-01&until=2001-01-02T00:00:00Z`,
      `${LIST}&from=2001-01-01T00:00:01Z&until=2001-01-01T00:00:00Z`,
    ],
  ),
  refuses('3.6-BAD-TOKEN', 'badResumptionToken', 'a token that was not given here', () => [
    'verb=ListRecords&resumptionToken=x',
    'verb=ListIdentifiers&resumptionToken=',
    'verb=ListSets&resumptionToken=x',
  ]),
  rule(
    '3.6-BAD-TOKEN-VERB',
    'MUST',
    'a token goes on with the list of its own verb only',
    (text) => text.replace('badResumptionToken', 'badArgument'),
    async (ask) => {
      const { text } = await ask(`verb=ListIdentifiers&resumptionToken=${await tokenOf(ask)}`);
      expect(errorsOf(text)).toEqual(['badResumptionToken']);
    },
  ),
  refuses('3.6-CANNOT-DISSEMINATE', 'cannotDisseminateFormat', 'a format that is not there', () => [
    'verb=ListRecords&metadataPrefix=marc21',
    'verb=ListIdentifiers&metadataPrefix=OAI_DC',
    `verb=GetRecord&metadataPrefix=marc21&identifier=${identifierOf(known)}`,
  ]),
  refuses('3.6-ID-DOES-NOT-EXIST', 'idDoesNotExist', 'an identifier that is nobody’s', () =>
    [
      'oai:127.0.0.1:1',
      `oai:elsewhere:${known.id}`,
      `oai:127.0.0.1:${known.id.toUpperCase()}`,
      `oai:127.0.0.1:${known.id}x`,
      'https://example.org/1',
      'oai:127.0.0.1:01930000-0000-7000-8000-000000000000',
    ].flatMap((identifier) => [
      `verb=GetRecord&metadataPrefix=oai_dc&identifier=${identifier}`,
      `verb=ListMetadataFormats&identifier=${identifier}`,
    ]),
  ),
  refuses('3.6-NO-RECORDS', 'noRecordsMatch', 'a selection of nothing', () => [
    `${LIST}&until=2001-01-01`,
    `${LIST}&from=2999-01-01`,
    `${LIST}&set=theme:unheard-of`,
    `${LIST}&set=nonsense`,
    `${LIST}&set=kind:case-study:small`,
  ]),
  refuses('3.6-NO-FORMATS', 'noMetadataFormats', 'a record of which nothing is left', () => [
    `verb=ListMetadataFormats&identifier=${identifierOf(gone)}`,
  ]),
  rule(
    '3.6-ALL-ERRORS',
    'SHOULD',
    'all that is wrong is told at once',
    (text) => text.replace(/<error.*<\/error>\n/, ''),
    async (ask) => {
      expect(errorsOf((await ask('verb=ListRecords&from=x&until=y&nonsense=1')).text)).toHaveLength(4);
    },
  ),
  rule(
    '4.1-GET-RECORD',
    'MUST',
    'GetRecord gives the record in the format',
    (text) => text.replaceAll(/<identifier>oai:[^<]*/g, '<identifier>oai:127.0.0.1:x'),
    async (ask) => {
      for (const prefix of ['oai_dc', 'medspil']) {
        const { records } = await pageOf(
          ask,
          `verb=GetRecord&metadataPrefix=${prefix}&identifier=${identifierOf(known)}`,
        );
        expect(records).toMatchObject([{ identifier: identifierOf(known), deleted: false }]);
        expect(records[0]!.metadata).toContain('Agree on the exit before you begin');
      }
    },
  ),
  rule(
    '4.2-IDENTIFY',
    'MUST',
    'Identify tells the repository as it is',
    (text) => text.replace('>persistent<', '>transient<'),
    async (ask) => {
      const { text } = await ask('verb=Identify');
      const told = (name: string) => textsOf(text, name)[0];
      expect(told('baseURL')).toBe(`${server.url}/oai`);
      expect(told('protocolVersion')).toBe('2.0');
      expect(told('deletedRecord')).toBe('persistent');
      expect(told('adminEmail')).toContain('@');
    },
  ),
  rule(
    '4.2-EARLIEST',
    'MUST',
    'no datestamp is earlier than earliestDatestamp',
    (text) => text.replace(/<earliestDatestamp>[^<]*/, '<earliestDatestamp>2999-01-01T00:00:00Z'),
    async (ask) => {
      const [earliest] = textsOf((await ask('verb=Identify')).text, 'earliestDatestamp');
      const { records } = await pageOf(ask, LIST);
      for (const { datestamp } of records) expect(datestamp >= earliest!).toBe(true);
    },
  ),
  rule(
    '4.3-HEADERS-ALIKE',
    'MUST',
    'ListIdentifiers and ListRecords have the same headers',
    (text) => text.replace(/(<ListIdentifiers>\n<header><identifier>[^<]*)/, '$1x'),
    async (ask) => {
      const headers = async (verb: string) =>
        (await pageOf(ask, `verb=${verb}&metadataPrefix=oai_dc`)).records.map((record) => ({
          ...record,
          metadata: null,
        }));
      expect(await headers('ListIdentifiers')).toEqual(await headers('ListRecords'));
    },
  ),
  rule(
    '4.4-FORMATS',
    'MUST',
    'ListMetadataFormats has oai_dc with its own addresses',
    (text) => text.replace('<metadataPrefix>oai_dc<', '<metadataPrefix>dc<'),
    async (ask) => {
      for (const query of ['verb=ListMetadataFormats', `verb=ListMetadataFormats&identifier=${identifierOf(known)}`]) {
        const { text } = await ask(query);
        expect(textsOf(text, 'metadataPrefix')).toEqual(['oai_dc', 'medspil']);
        expect(textsOf(text, 'schema')).toEqual([
          'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
          `${server.url}/ns/medspil-oai.xsd`,
        ]);
        expect(textsOf(text, 'metadataNamespace')).toEqual([
          'http://www.openarchives.org/OAI/2.0/oai_dc/',
          `${server.url}/ns/oai`,
        ]);
      }
    },
  ),
];

describe('OAI-PMH 2.0', () => {
  it.each(RULES)('$id $level: $title', ({ check }) => check(asking((text) => text)));
});

describe('the check of', () => {
  it('all rules is by different names', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  });

  it.each(RULES)('$id notices what breaks it', async ({ check, broken }) => {
    await expect(check(asking(broken))).rejects.toThrow();
  });
});
