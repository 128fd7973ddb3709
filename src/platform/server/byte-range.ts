/** Parts of what is downloaded (RFC 9110, section 14). */

/** What a client asks for: from `first` on, through `last` where it is given; or the last `suffix` bytes. */
export type RequestedRange = { readonly first: number; readonly last: number | null } | { readonly suffix: number };

/** Offsets of the first byte and of the one behind the last. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const RANGE = /^bytes=\s*(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))\s*$/i;

/** Undefined for what may be ignored: no range, several, another unit, or what is none. */
export function readRange(header: string | undefined): RequestedRange | undefined {
  const match = RANGE.exec(header ?? '');
  if (match === null) return undefined;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) return { suffix: Number(suffix) };
  if (last !== undefined && Number(last) < Number(first)) return undefined;
  return { first: Number(first), last: last === undefined ? null : Number(last) };
}

/** The part of something of a length; undefined when there is none. */
export function resolveRange(range: RequestedRange, length: number): ByteRange | undefined {
  if ('suffix' in range) {
    return range.suffix === 0 || length === 0 ? undefined : { start: Math.max(0, length - range.suffix), end: length };
  }
  if (range.first >= length) return undefined;
  return { start: range.first, end: range.last === null ? length : Math.min(range.last + 1, length) };
}

/** So much is handed on at once, and taken at once by a reader that is slow. */
const PIECE_BYTES = 64 * 1024;

/** The bytes of a text in pieces, from `start` on and before `end`. Texts that lie before are not even encoded. */
export async function* bytesBetween(
  chunks: AsyncIterable<string | Uint8Array>,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  let offset = 0;
  if (start >= end) return;
  for await (const chunk of chunks) {
    const length = Buffer.byteLength(chunk);
    const from = Math.max(0, start - offset);
    const to = Math.min(length, end - offset);
    offset += length;
    if (from < to) {
      const bytes =
        typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, length);
      for (let place = from; place < to; place += PIECE_BYTES)
        yield bytes.subarray(place, Math.min(place + PIECE_BYTES, to));
    }
    if (offset >= end) return;
  }
}
