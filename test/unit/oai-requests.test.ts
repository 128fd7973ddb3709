/** Arguments and tokens of harvests. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HarvestError } from '../../src/modules/harvest/harvest-error.js';
import { readRequest } from '../../src/modules/harvest/harvest-request.js';
import {
  type ListPlace,
  readToken,
  TOKEN_MILLISECONDS,
  writeToken,
} from '../../src/modules/harvest/resumption-token.js';

const KEY = 'ab'.repeat(32);
const NOW = new Date('2026-11-23T10:00:00Z');
const PLACE: ListPlace = {
  verb: 'ListRecords',
  given: { metadataPrefix: 'oai_dc', set: 'kind:lesson' },
  after: '01930000-0000-7000-8000-000000000000',
  cursor: 100,
  size: 250,
};

describe('a resumption token', () => {
  const token = writeToken(PLACE, new Date(NOW.getTime() + TOKEN_MILLISECONDS), KEY);

  it('brings back the place for a day', () => {
    expect(readToken(token, KEY, NOW)).toEqual(PLACE);
    expect(readToken(token, KEY, new Date('2026-11-24T10:00:00Z'))).toEqual(PLACE);
    expect(readToken(token, KEY, new Date('2026-11-24T10:00:01Z'))).toBeNull();
  });

  it('is refused with any character changed, added or taken away, and under another key', () => {
    expect(readToken(token, 'cd'.repeat(32), NOW)).toBeNull();
    for (const wrong of ['', '.', 'x', `${token}A`, `${token}.`, ` ${token}`, token.slice(0, -1)]) {
      expect(readToken(wrong, KEY, NOW), wrong).toBeNull();
    }
    for (let place = 0; place < token.length; place++) {
      const other = token[place] === 'A' ? 'B' : 'A';
      expect(readToken(token.slice(0, place) + other + token.slice(place + 1), KEY, NOW), String(place)).toBeNull();
    }
  });

  it('refuses any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readToken(text, KEY, NOW) === null));
  });
});

describe('a range of times', () => {
  const range = (from: string, until: string) => {
    const { start, end } = readRequest(
      new URLSearchParams({ verb: 'ListRecords', metadataPrefix: 'oai_dc', from, until }),
    );
    return [start?.toISOString(), end?.toISOString()];
  };

  it('has both of its ends within', () => {
    expect(range('2026-11-23', '2026-11-23')).toEqual(['2026-11-23T00:00:00.000Z', '2026-11-23T23:59:59.999Z']);
    expect(range('2026-11-23T10:00:00Z', '2026-11-23T10:00:00Z')).toEqual([
      '2026-11-23T10:00:00.000Z',
      '2026-11-23T10:00:00.999Z',
    ]);
    expect(range('2024-02-29', '9999-12-31')).toEqual(['2024-02-29T00:00:00.000Z', '9999-12-31T23:59:59.999Z']);
  });

  it.each([
    ['2026-02-29', '2026-12-31'],
    ['0000-01-01', '2026-12-31'],
    ['2026-11-23', '2026-11-22'],
    ['2026-11-23', '2026-11-23T10:00:00Z'],
    ['2026-11-23T10:00:00', '2026-11-23T10:00:01'],
    ['2026-11-23T10:00:00.0Z', '2026-11-24T10:00:00.0Z'],
    ['2026-11-23T24:00:00Z', '2026-11-25T00:00:00Z'],
    ['2026-11-23T10:00:60Z', '2026-11-25T00:00:00Z'],
    ['2026', '2027'],
    ['', ''],
  ])('is none from %s until %s', (from, until) => expect(() => range(from, until)).toThrow(HarvestError));
});

it('any arguments are read or refused in the words of the protocol', () => {
  const name = fc.oneof(
    fc.constantFrom('verb', 'identifier', 'metadataPrefix', 'from', 'until', 'set', 'resumptionToken'),
    fc.string(),
  );
  const value = fc.oneof(
    fc.constantFrom('ListRecords', 'GetRecord', 'Identify', 'oai_dc', '2026-01-01', 'constructor', '__proto__'),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
      try {
        readRequest(new URLSearchParams(pairs));
      } catch (error) {
        expect(error).toBeInstanceOf(HarvestError);
        expect((error as HarvestError).messages.length).toBeGreaterThan(0);
      }
    }),
  );
});
