import { isIP } from 'node:net';

/** Groups of 16 bits that name a network of IPv6: the other four are the customer's to choose, who has 2^64 addresses for the asking. */
const NETWORK_GROUPS = 4;
const GROUPS = 8;
/** How an IPv4 address begins that is written as IPv6: a socket that takes both families says every one so. */
const MAPPED = '0:0:0:0:0:ffff';
/** Who is told of by a proxy in words that are no address: one stranger, however many words there are. */
const UNREADABLE = 'unreadable';

const listed = (groups: string): readonly string[] => (groups === '' ? [] : groups.split(':'));

/** The eight groups of an IPv6 address, each in hexadecimal without zeroes before it. */
const groupsOf = (address: string): readonly string[] => {
  const [head = '', tail = ''] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const [first, last] = [listed(head), listed(tail)];
  return [...first, ...Array<string>(GROUPS - first.length - last.length).fill('0'), ...last];
};

const dotted = (groups: readonly string[]): string =>
  groups
    .map((group) => parseInt(group, 16))
    .flatMap((word) => [word >> 8, word & 255])
    .join('.');

/** An address as some balancers tell it, with the port that it was asked from: without that. */
const withoutPort = (text: string): string => /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/.exec(text)?.slice(1).join('') ?? text;

/**
 * As whom an address is counted that shows no key: an IPv4 address is one stranger, also one that is written as IPv6; of IPv6 a network of
 * 64 bits is, since whoever has one address has them all. Takes what a proxy tells (`x-forwarded-for`) as well as what a socket does: a
 * zone and a port are no part of it, and all that is no address is one stranger. What it gives has at most 32 characters.
 */
export const strangerOf = (address: string): string => {
  const [bare = ''] = withoutPort(address).split('%', 1);
  const family = isIP(bare);
  if (family === 4) return bare;
  if (family === 0) return UNREADABLE;
  const groups = groupsOf(bare);
  return groups.slice(0, 6).join(':') === MAPPED
    ? dotted(groups.slice(6))
    : `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
};
