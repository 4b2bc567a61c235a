import { isIPv6 } from 'node:net';

/** An ordinary address that came in by a socket for both kinds. */
const MAPPED = /^::ffff:([0-9.]+)$/i;

const GROUPS = 8;
/** Providers give every household a network of this many groups, and all addresses in it. */
const GROUPS_OF_NETWORK = 4;

/**
 * Whose requests are counted together: an address, and of the long kind the network it is in. One household has more of
 * the long ones than could ever be counted, and may take another for every request.
 */
export function limitedAddress(address: string): string {
  const [, mapped] = MAPPED.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [before = [], after] = (address.split('%', 1)[0] ?? '').split('::', 2).map(groupsOf);
  const left = GROUPS - before.length - (after?.length ?? 0);
  const groups = after === undefined ? before : [...before, ...Array<string>(left).fill('0'), ...after];
  const network = groups.slice(0, GROUPS_OF_NETWORK).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
