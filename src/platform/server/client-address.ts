/** From where a request comes. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddress from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';

/** Tells the address of the client that sent a request, in one spelling for each; `unknown` once it is gone. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * Takes a request's peer for its client; or, when the peer is a proxy that is trusted, the last address in
 * `X-Forwarded-For` that is not a trusted proxy's as well. What stands before that one anybody may have written.
 *
 * @param trustedProxies addresses and networks (CIDR)
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = createProxyCheck(trustedProxies);
  return (request) => {
    const peer = request.socket.remoteAddress;
    if (peer === undefined) return 'unknown';
    if (!isTrusted(peer) || request.headers['x-forwarded-for'] === undefined) return canonical(peer);
    const client = proxyAddress(request, isTrusted);
    return canonical(isIP(client) === 0 ? peer : client);
  };
}

/** Makes the check whether an address is one of the trusted proxies'. */
export function createProxyCheck(trustedProxies: readonly string[]): (address: string) => boolean {
  const isTrusted = proxyAddress.compile([...trustedProxies]);
  return (address) => isTrusted(address, 0);
}

function canonical(address: string): string {
  // An IPv4 client of a server that listens on IPv6 has an address such as ::ffff:192.0.2.1.
  return ipaddr.process(address).toString();
}
