/** Where messages may go: to public addresses, and to the networks that the operator allows besides. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address of a host, as `dns.lookup` gives it. */
export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** Gives all addresses of a host name; rejects when it has none. */
export type Resolve = (hostname: string) => Promise<readonly HostAddress[]>;

export interface WebhookTargetsOptions {
  /** Networks (CIDR) and addresses that are allowed although they are not public. */
  readonly allowedNetworks: readonly string[];
  readonly resolve?: Resolve;
}

/** Thrown when a message must not go where it is to go. Its message tells nothing of what the name stands for. */
export class ForbiddenTargetError extends Error {
  override name = 'ForbiddenTargetError';
}

const FORBIDDEN_ADDRESS = 'The host has an address that this server must not send to.';

export class WebhookTargets {
  private readonly allowed: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
  private readonly resolve: Resolve;

  constructor({ allowedNetworks, resolve = resolveBySystem }: WebhookTargetsOptions) {
    this.allowed = allowedNetworks.map((network) => {
      const [address, bits] = network.split('/');
      const parsed = ipaddr.parse(address!);
      return [parsed, bits === undefined ? parsed.toByteArray().length * 8 : Number(bits)];
    });
    this.resolve = resolve;
  }

  /** What is wrong with an address before it is looked up; null for nothing. What its name stands for is seen at each attempt. */
  complaint(address: string): string | null {
    const url = new URL(address);
    if (url.username !== '' || url.password !== '') {
      return 'must hold no user and no password: they would be shown to all who may see it.';
    }
    if (url.hash !== '') return 'must have no fragment (#...): it would not be sent.';
    if (url.protocol !== 'https:' && this.allowed.length === 0) return 'must begin with https://.';
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.allows(host, url)) {
      return 'must be public: this server does not send into private networks.';
    }
    return null;
  }

  /**
   * Looks the host up. All its addresses must be allowed: which of them is connected to is for the system to choose.
   *
   * @returns the addresses, to which alone may be connected
   * @throws ForbiddenTargetError; what the look-up throws
   */
  async addressesOf(url: URL): Promise<readonly HostAddress[]> {
    const host = hostOf(url);
    const family = isIP(host);
    const addresses = family === 0 ? await this.resolve(host) : [{ address: host, family }];
    if (addresses.length === 0 || !addresses.every(({ address }) => this.allows(address, url))) {
      throw new ForbiddenTargetError(FORBIDDEN_ADDRESS);
    }
    return addresses;
  }

  private allows(address: string, { protocol }: URL): boolean {
    const parsed = ipaddr.process(address);
    const isAllowed = this.allowed.some(
      ([network, bits]) =>
        network.kind() === parsed.kind() && (parsed as ipaddr.IPv4).match(network as ipaddr.IPv4, bits),
    );
    return isAllowed || (protocol === 'https:' && isPublic(parsed));
  }
}

/** Addresses that are given out for the whole Internet lie in this; whatever else there is of IPv6 has some other meaning. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Public by its number, but in Azure it is the host that tells a machine about itself. */
const AZURE_HOST = '168.63.129.16';

/** IPv4 within IPv6 is judged as what it is; other ways of writing it (NAT64, 6to4, Teredo) are not public. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || address.toString() === AZURE_HOST) return false;
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(GLOBAL_UNICAST);
}

/** Without the brackets around an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function resolveBySystem(hostname: string): Promise<HostAddress[]> {
  return lookup(hostname, { all: true, order: 'verbatim' });
}
