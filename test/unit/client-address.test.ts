import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientAddress } from '../../src/platform/server/client-address.js';

const addressOf = (peer: string | undefined, forwardedFor?: string, trusted: string[] = ['10.0.0.0/8', 'fd00::/8']) =>
  createClientAddress(trusted)({
    socket: { remoteAddress: peer },
    headers: { 'x-forwarded-for': forwardedFor },
  } as unknown as IncomingMessage);

describe('the address of a client', () => {
  it.each<[string, string | undefined, string | undefined, string]>([
    ['its own', '192.0.2.1', undefined, '192.0.2.1'],
    ['its own, though it says another', '192.0.2.1', '198.51.100.1', '192.0.2.1'],
    ['the proxy’s, which says none', '10.0.0.1', undefined, '10.0.0.1'],
    ['the proxy’s, which says nothing', '10.0.0.1', ' , ', '10.0.0.1'],
    ['as the proxy says', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['as the last says that is trusted', '10.0.0.1', '203.0.113.1, 198.51.100.1, 10.2.3.4', '198.51.100.1'],
    ['that of the first of proxies only', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['the proxy’s, which says what is none', '10.0.0.1', '198.51.100.1, _hidden', '10.0.0.1'],
    ['the proxy’s, which says a number', '10.0.0.1', '3325256705', '10.0.0.1'],
    ['IPv4 in the form of IPv6', '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['of a proxy in that form', '::ffff:10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['IPv6 in its short form', 'fd00::1', '2001:DB8:0:0:0::1', '2001:db8::1'],
    ['of a connection that is gone', undefined, '198.51.100.1', 'unknown'],
  ])('is %s', (_name, peer, forwardedFor, expected) => {
    expect(addressOf(peer, forwardedFor)).toBe(expected);
  });

  it('is its own where no proxy is trusted', () => {
    expect(addressOf('10.0.0.1', '198.51.100.1', [])).toBe('10.0.0.1');
  });
});
