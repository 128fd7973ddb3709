/** E-mail addresses as people type them. */
import { Pattern } from '../../common/input.js';

/** What mail servers take in practice; RFC 5321 allows more (quoted names, addresses of hosts), which nobody has. */
const ADDRESS =
  /^(?=.{3,254}$)[^\s@"(),:;<>[\]\\\p{C}]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)+\p{L}[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}]$/u;

/** An address that mail can be sent to, by its looks. */
export function EmailAddress(): PropertyDecorator {
  return Pattern(ADDRESS, 'an e-mail address such as "name@example.org"');
}

/** Whether mail can be sent to it, by its looks: an issuer of tokens may call other things an address. */
export function isEmailAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** The form that is stored: names of hosts are the same in upper and lower case, names of mailboxes need not be. */
export function storedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}${address.slice(at).toLowerCase()}`;
}
