import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const IPV6_NETWORK_PARTS = 4;

/**
 * What limits for an address are counted by: itself for IPv4, also where it is written as IPv6, and for IPv6 its /64
 * network, which is the least that a provider gives to one customer, who then has as many addresses as he likes.
 */
export function networkOf(address: string): string {
  const version = isIP(address);
  if (version !== 6) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = (parsed as ipaddr.IPv6).parts.slice(0, IPV6_NETWORK_PARTS);
  return `${network.map((part) => part.toString(16)).join(':')}::/64`;
}
