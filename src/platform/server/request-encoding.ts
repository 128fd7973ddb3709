/**
 * Which bytes a request may consist of. Decoders put U+FFFD in the place of what is no UTF-8, without a word; a text that
 * was sent in another encoding would be stored as rubble. Hence it is refused, and so is what names another encoding.
 */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { HttpError } from './request-errors.js';

/** Reads JSON bodies. Keys by which JavaScript objects get another prototype are refused as well. */
export function registerJsonBody(server: FastifyInstance): void {
  const parseText = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = request.headers;
    if (!isUtf8Charset(type)) {
      throw new HttpError(415, 'JSON is read as UTF-8 only: send "Content-Type: application/json; charset=utf-8".');
    }
    if (coding.toLowerCase() !== 'identity') {
      throw new HttpError(415, 'Compressed requests are not read: send the body without Content-Encoding.', {
        'accept-encoding': 'identity',
      });
    }
    if (!isUtf8(body)) throw new HttpError(400, 'The body is not valid UTF-8: encode its text as UTF-8.');
    void parseText(request, body.toString('utf8'), done);
  });
}

/** Refuses addresses whose parameters are not percent-encoded UTF-8. */
export function registerParameterCheck(scope: FastifyInstance): void {
  scope.addHook('onRequest', ({ url }, _reply, done) => {
    const start = url.indexOf('?');
    if (start < 0 || isPercentEncodedUtf8(url.slice(start))) return done();
    done(new HttpError(400, 'The parameters are not valid: encode their text as UTF-8, and that percent by percent.'));
  });
}

/** Whether a media type names no other character encoding than UTF-8, and not two at a time. */
function isUtf8Charset(mediaType: string): boolean {
  if (!mediaType.includes(';')) return true;
  const charsets = [...mediaType.matchAll(/;\s*charset\s*=\s*"?([^";]*)/gi)].map(([, charset = '']) => charset.trim());
  return charsets.length === 0 || (charsets.length === 1 && /^utf-?8$/i.test(charsets[0]!));
}

/** Whether all that is written percent by percent is UTF-8. */
export function isPercentEncodedUtf8(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
