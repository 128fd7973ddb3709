/** Services of other protocols at an address of their own: their arguments come in the address, or as a form sends them. */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../auth/context.js';
import { ANONYMOUS } from '../auth/viewer.js';
import { runInTime } from '../graphql/operation-time.js';
import { answerInPlainText, documentTime, type DocumentOptions, parametersOf } from './documents.js';
import { isPercentEncodedUtf8, registerParameterCheck } from './request-encoding.js';
import { HttpError } from './request-errors.js';

export interface FormRoute {
  readonly path: string;
  /** What the answer costs whoever asks for it, as an operation does. */
  readonly points: (parameters: URLSearchParams) => number;
  /** Answers, the same to everybody. */
  readonly read: (context: Context, parameters: URLSearchParams) => Promise<FormAnswer>;
}

export interface FormAnswer {
  readonly contentType: string;
  readonly body: string;
}

export type FormOptions = Omit<DocumentOptions, 'routes'> & { readonly routes: readonly FormRoute[] };

const FORM_TYPE = 'application/x-www-form-urlencoded';
/** As much as an address can have. */
const FORM_BYTES = 16 * 1_024;

/** Adds the routes, for GET, HEAD and POST. A credential is not looked at. */
export function registerForms(server: FastifyInstance, { routes, ...options }: FormOptions): void {
  const { engine, clientAddress, createContext, operationMilliseconds } = options;
  void server.register((scope, _options, done) => {
    registerParameterCheck(scope);
    answerInPlainText(scope, engine);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer', bodyLimit: FORM_BYTES }, (_request, body, parsed) => {
      const parameters = readForm(body as Buffer);
      if (parameters instanceof Error) parsed(parameters);
      else parsed(null, parameters);
    });
    // These protocols are older than 429, and their clients wait for this one only.
    scope.addHook('onSend', async (_request, reply) => {
      if (reply.statusCode === 429) reply.code(503);
    });
    for (const { path, points, read } of routes) {
      const answer = async (request: FastifyRequest, reply: FastifyReply) => {
        const sent = request.body instanceof URLSearchParams ? request.body : [];
        const parameters = new URLSearchParams([...parametersOf(request), ...sent]);
        engine.entrance.pay({ viewer: ANONYMOUS, address: clientAddress(request.raw) }, points(parameters));
        const { contentType, body } = await runInTime(documentTime(reply, operationMilliseconds), (cancellation) =>
          read(createContext(ANONYMOUS, cancellation), parameters),
        );
        return reply.header('cache-control', 'no-store').type(contentType).send(body);
      };
      scope.get(path, answer);
      scope.post(path, answer);
    }
    done();
  });
}

function readForm(body: Buffer): URLSearchParams | HttpError {
  const text = body.toString('utf8');
  if (isUtf8(body) && isPercentEncodedUtf8(text)) return new URLSearchParams(text);
  return new HttpError(400, 'The form is not valid: encode its text as UTF-8, and that percent by percent.');
}
