/** What people write as an address is read alike each time, also by code that the engine has compiled meanwhile. */
import { describe, expect, it } from 'vitest';
import { parseUrl } from '../../src/common/url.js';
import { iri } from '../../src/modules/linked-data/node-object.js';

/** Many more than Node 20 and 22 took to read æ, ø and å wrongly in `URL.canParse`. */
const TIMES = 20_000;
const DANISH = 'http://æøå.dk/sti/ø';

function differentResults<Result>(read: () => Result): Result[] {
  return [...new Set(Array.from({ length: TIMES }, read))];
}

describe('an address with æ, ø and å', () => {
  it('is one, however often it is looked at', () => {
    expect(differentResults(() => parseUrl(DANISH)?.href)).toEqual(['http://xn--5cab8c.dk/sti/%C3%B8']);
    expect(differentResults(() => iri(DANISH))).toEqual(['http://xn--5cab8c.dk/sti/%C3%B8']);
  });
});

describe('what is no address', () => {
  it.each(['', 'medspil', '/records/limboland', 'http://', 'https://[::1', 'http://a b/'])('%j is null', (text) => {
    expect(parseUrl(text)).toBeNull();
  });
});
