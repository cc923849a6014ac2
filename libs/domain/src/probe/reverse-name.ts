const bytesOf = (address: string): readonly number[] | undefined => {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
};

/** The last 32 bits may be written as an IPv4 address. */
const withoutDots = (address: string): string => {
  const [, head = address, tail] = /^(.*:)([^:]*\.[^:]*)$/.exec(address) ?? [];
  const [a, b, c, d] = tail === undefined ? [] : (bytesOf(tail) ?? []);
  if (a === undefined || b === undefined || c === undefined || d === undefined) return address;
  return `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

/** Groups of an IPv6 address; undefined when it is none. */
export const groupsOf = (address: string): readonly number[] | undefined => {
  const halves = withoutDots(address).split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => parseInt(group, 16))
    : undefined;
};

/** The name under which the PTR record of an address stands; undefined when it is no IPv4 or IPv6 address. */
export const reverseName = (address: string): string | undefined => {
  const bytes = bytesOf(address);
  if (bytes !== undefined) return `${bytes.toReversed().join('.')}.in-addr.arpa`;
  const groups = groupsOf(address);
  if (groups === undefined) return undefined;
  const nibbles = groups.flatMap((group) => group.toString(16).padStart(4, '0').split(''));
  return `${nibbles.toReversed().join('.')}.ip6.arpa`;
};

/** Where no probe may go: this network, multicast and broadcast, in either family. */
const isForbiddenBytes = ([first = 0, ...rest]: readonly number[]): boolean =>
  first === 0 || first >= 224 || (first === 255 && rest.every((byte) => byte === 255));

/**
 * Whether an address may be probed: one host that can answer. The unspecified address, multicast and broadcast would ask everybody;
 * mapped IPv4 addresses would hide those.
 */
export const isProbeable = (address: string): boolean => {
  const bytes = bytesOf(address);
  if (bytes !== undefined) return !isForbiddenBytes(bytes);
  const groups = groupsOf(address);
  if (groups === undefined) return false;
  const isUnspecified = groups.every((group) => group === 0);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return !isUnspecified && !isMapped && (groups[0] ?? 0) >> 8 !== 0xff;
};
