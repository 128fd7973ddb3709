import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/platform/log/cursor.js';

const end = { epoch: '0123abcd', position: 1000, keptAfter: 0 };

function codeOf(cursor: string, argument?: 'after' | 'before'): unknown {
  try {
    decodeCursor(cursor, end, argument);
  } catch (error) {
    const { extensions, message } = error as { extensions: { code: string }; message: string };
    return [extensions.code, message.slice(0, 8)];
  }
  return 'no error';
}

test('every place up to the end comes back', () => {
  fc.assert(
    fc.property(fc.nat(end.position), (position) => {
      expect(decodeCursor(encodeCursor({ epoch: end.epoch, position }), end)).toBe(position);
    }),
    { examples: [[0], [end.position]] },
  );
});

test('a cursor tells nothing to the eye and needs no escaping in a URL', () => {
  expect(encodeCursor(end)).toMatch(/^[\w-]+$/);
  expect(encodeCursor(end)).not.toContain('1000');
});

test.each([
  '',
  '0',
  'x',
  'MDEyM2FiY2Q',
  '0123abcd.5',
  ` ${encodeCursor(end)}`,
  `${encodeCursor(end)}=`,
  `${encodeCursor(end)}\n`,
  encodeCursor({ epoch: end.epoch, position: -1 }),
  encodeCursor({ epoch: end.epoch, position: 0.5 }),
  encodeCursor({ epoch: end.epoch, position: 1e21 }),
  encodeCursor({ epoch: 'notanepoch', position: 1 }),
  Buffer.from('0123abcd.007').toString('base64url'),
])('%j is refused with the name of its argument', (cursor) => {
  expect(codeOf(cursor, 'before')).toEqual(['CURSOR_INVALID', '`before`']);
});

test('any text but a cursor is refused', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(codeOf(text)).toEqual(['CURSOR_INVALID', '`after` ']);
    }),
  );
});

test('a cursor of another history is refused', () => {
  expect(codeOf(encodeCursor({ epoch: 'ffffffff', position: 1 }))).toEqual(['CURSOR_INVALID', 'This cur']);
});

test('a cursor beyond the end is refused', () => {
  expect(codeOf(encodeCursor({ ...end, position: 1001 }))).toEqual(['CURSOR_INVALID', 'This cur']);
});

test('a place before what is kept is refused, with the oldest that still works', () => {
  const trimmed = { ...end, keptAfter: 10 };
  expect(decodeCursor(encodeCursor({ epoch: end.epoch, position: 10 }), trimmed)).toBe(10);
  expect(() => decodeCursor(encodeCursor({ epoch: end.epoch, position: 9 }), trimmed)).toThrow(
    expect.objectContaining({
      extensions: { code: 'CURSOR_EXPIRED', oldestCursor: encodeCursor({ epoch: end.epoch, position: 10 }) },
    }),
  );
});
