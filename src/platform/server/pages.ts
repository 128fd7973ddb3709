/** Pages for people that ask one thing, by a button. They load nothing, and no credential is looked at. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS } from '../auth/viewer.js';
import type { GraphqlEngine } from '../graphql/engine.js';
import type { ClientAddress } from './client-address.js';
import { answerInPlainText, parametersOf } from './documents.js';
import { registerParameterCheck } from './request-encoding.js';

export interface PageRoute {
  readonly path: string;
  /** What opening it costs, and pressing the button again. */
  readonly points: number;
  /** Gives the page, in HTML. It changes nothing: programs open links as well. */
  readonly show: (parameters: URLSearchParams) => string;
  /** Does what the button says, and gives the page that says so. */
  readonly submit: (parameters: URLSearchParams) => Promise<string>;
}

export interface PageOptions {
  readonly routes: readonly PageRoute[];
  readonly engine: Pick<GraphqlEngine, 'entrance' | 'presentErrors'>;
  readonly clientAddress: ClientAddress;
}

/** As everywhere on this server, and that the button leads back here. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** What a mailbox or a browser sends for a button is a few bytes. */
const FORM_BYTES = 1_024;

/** Adds the routes, for GET, HEAD and POST. What is in a form is not looked at: the address says all. */
export function registerPages(server: FastifyInstance, { routes, engine, clientAddress }: PageOptions): void {
  void server.register((scope, _options, done) => {
    registerParameterCheck(scope);
    answerInPlainText(scope, engine);
    scope.removeAllContentTypeParsers();
    // RFC 8058 has both.
    scope.addContentTypeParser(
      ['application/x-www-form-urlencoded', 'multipart/form-data'],
      { parseAs: 'buffer', bodyLimit: FORM_BYTES },
      (_request, _body, parsed) => parsed(null, undefined),
    );
    const pay = (request: FastifyRequest, points: number) =>
      engine.entrance.pay({ viewer: ANONYMOUS, address: clientAddress(request.raw) }, points);
    const answer = (reply: FastifyReply, page: string) =>
      reply
        .headers({ 'cache-control': 'no-store', 'content-security-policy': CONTENT_SECURITY_POLICY })
        .type('text/html; charset=utf-8')
        .send(page);
    for (const { path, points, show, submit } of routes) {
      scope.get(path, async (request, reply) => {
        pay(request, points);
        return answer(reply, show(parametersOf(request)));
      });
      scope.post(path, async (request, reply) => {
        pay(request, points);
        return answer(reply, await submit(parametersOf(request)));
      });
    }
    done();
  });
}
