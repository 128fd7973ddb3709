/** Where messages may go. */
import { describe, expect, it } from 'vitest';
import { ForbiddenTargetError, WebhookTargets } from '../../src/modules/webhooks/webhook-target.js';

/** Each stands for a network that is not the public Internet. */
const NOT_PUBLIC = [
  '0.0.0.0',
  '0.1.2.3',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:0:10.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::1',
  '100::1',
  '100:0:0:1::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
];
const PUBLIC = ['8.8.8.8', '193.0.6.139', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'];

const hostOf = (address: string) => (address.includes(':') ? `[${address}]` : address);

function targets(allowedNetworks: readonly string[], addresses: Readonly<Record<string, readonly string[]>> = {}) {
  return new WebhookTargets({
    allowedNetworks,
    resolve: async (hostname) =>
      (addresses[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  });
}

describe('an address that is not public', () => {
  it.each(NOT_PUBLIC)('%s is refused, written out and behind a name', async (address) => {
    const url = `https://${hostOf(address)}/`;
    const some = targets([], { 'a.example': [address], 'b.example': ['8.8.8.8', address] });
    expect(some.complaint(url)).toMatch('must be public');
    for (const one of [url, 'https://a.example/', 'https://b.example/']) {
      await expect(some.addressesOf(new URL(one))).rejects.toThrow(ForbiddenTargetError);
    }
  });

  it.each(['https://2130706433/', 'https://0x7f.1/', 'https://0177.0.0.1/', 'https://127.1/', 'https://①②⑦.0.0.1/'])(
    '%s is seen for what it is',
    (url) => expect(targets([]).complaint(url)).toMatch('must be public'),
  );

  it('is refused without telling what the name stands for', async () => {
    const error: Error = await targets([], { 'a.example': ['10.9.8.7'] })
      .addressesOf(new URL('https://a.example/'))
      .then(
        () => new Error('accepted'),
        (failure) => failure,
      );
    expect(error.message).toBe('The host has an address that this server must not send to.');
  });

  it('is allowed where the operator says so, and there without TLS as well', async () => {
    const some = targets(['10.0.0.0/8', 'fd12::/16', '192.168.1.7'], {
      'inside.example': ['10.1.2.3', 'fd12::1'],
      'beside.example': ['10.1.2.3', '192.168.1.8'],
      'outside.example': ['8.8.8.8'],
    });
    expect(some.complaint('http://10.1.2.3/')).toBeNull();
    expect(some.complaint('https://[::ffff:10.1.2.3]/')).toBeNull();
    expect(some.complaint('http://192.168.1.7/')).toBeNull();
    expect(some.complaint('http://192.168.1.8/')).toMatch('must be public');
    expect(some.complaint('http://8.8.8.8/')).toMatch('must be public');
    await expect(some.addressesOf(new URL('http://inside.example/'))).resolves.toHaveLength(2);
    await expect(some.addressesOf(new URL('https://beside.example/'))).rejects.toThrow(ForbiddenTargetError);
    await expect(some.addressesOf(new URL('https://outside.example/'))).resolves.toHaveLength(1);
    await expect(some.addressesOf(new URL('http://outside.example/'))).rejects.toThrow(ForbiddenTargetError);
  });
});

describe('a public address', () => {
  it.each(PUBLIC)('%s is accepted', async (address) => {
    const url = `https://${hostOf(address)}/`;
    expect(targets([]).complaint(url)).toBeNull();
    await expect(targets([], { 'a.example': [address] }).addressesOf(new URL('https://a.example/'))).resolves.toEqual([
      { address, family: address.includes(':') ? 6 : 4 },
    ]);
  });
});

describe('a URL', () => {
  it.each([
    ['http://a.example/', 'must begin with https'],
    ['https://user@a.example/', 'no user'],
    ['https://:password@a.example/', 'no user'],
    ['https://a.example/#part', 'fragment'],
  ])('%s is refused', (url, why) => expect(targets([]).complaint(url)).toMatch(why));

  it('is accepted with port, path and query', () =>
    expect(targets([]).complaint('https://a.example:8443/hook?key=1')).toBeNull());

  it('whose host has no address at all is refused', async () =>
    expect(targets([]).addressesOf(new URL('https://a.example/'))).rejects.toThrow(ForbiddenTargetError));
});
