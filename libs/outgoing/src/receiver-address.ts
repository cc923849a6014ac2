import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const listOf = (...subnets: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
};

/** Networks of organisations: only where the operator says that a receiver is in one. */
const PRIVATE = listOf('10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7');

/** This machine, its link (where clouds keep credentials), groups, examples, and what translates into any of them: never. */
const SPECIAL = listOf(
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // The unspecified address, loopback, and IPv4 as it was once written within IPv6.
  '::/96',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2001:db8::/32',
  '2002::/16',
);

/** This machine alone. */
const LOOPBACK = listOf('127.0.0.0/8', '::1/128');

const isIn = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Where a connection may go. */
export type Reach = 'loopback' | 'public' | 'private' | 'private_only';

/** Why a connection may not go to an address; undefined: it may. */
export const refusalOfAddress = (address: string, reach: Reach): string | undefined => {
  if (reach === 'loopback') return isIn(LOOPBACK, address) ? undefined : 'localhost is not on this machine';
  if (isIP(address) === 0 || isIn(SPECIAL, address)) return 'its address is of a special range';
  const isPrivate = isIn(PRIVATE, address);
  if (reach === 'public' && isPrivate) return 'its address is private, and ALLOW_PRIVATE_RECEIVERS is not set';
  return reach === 'private_only' && !isPrivate ? 'its address is public, and http is not encrypted' : undefined;
};

/** The address that a URL names instead of a host; undefined: it names a host. A final dot names the same. */
const literalOf = ({ hostname }: URL): string | undefined => {
  const bare = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return isIP(bare) === 0 ? undefined : bare;
};

/** Whether an address names this machine in so many words: whoever wrote it means it. */
export const namesLoopback = ({ hostname }: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

/** How far a connection for a URL may reach. */
export const reachOf = (url: URL, allowsPrivate: boolean): Reach => {
  if (namesLoopback(url)) return 'loopback';
  if (!allowsPrivate) return 'public';
  return url.protocol === 'http:' ? 'private_only' : 'private';
};

/** Why nothing is sent to a URL that names an address: such a connection is made without asking for its host. */
export const refusalOfHost = (url: URL, allowsPrivate: boolean): string | undefined => {
  const literal = literalOf(url);
  return literal === undefined ? undefined : refusalOfAddress(literal, reachOf(url, allowsPrivate));
};

/** Asks for all addresses of a host. */
export type LookupAll = (
  host: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Asks once, checks every address, and hands on what was checked: a host that answers differently a moment later cannot lead the
 * connection elsewhere.
 */
export const checkedLookup =
  (reach: Reach, lookup: LookupAll = systemLookup): LookupFunction =>
  (host, options, done) => {
    lookup(host, { all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      const refused = (addresses ?? []).map(({ address }) => refusalOfAddress(address, reach)).find(Boolean);
      if (error !== null || first === undefined || refused !== undefined) {
        done(error ?? new Error(refused ?? 'its host has no address'), []);
        return;
      }
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };

/** Looks a host up that is no URL: one address of it, once all were checked. */
export const addressOf = (
  host: string,
  allowsPrivate: boolean,
): Promise<{ readonly address: string } | { readonly refused: string }> => {
  const url = new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}`);
  const refused = refusalOfHost(url, allowsPrivate);
  if (refused !== undefined) return Promise.resolve({ refused });
  const literal = literalOf(url);
  if (literal !== undefined) return Promise.resolve({ address: literal });
  return new Promise((resolve) => {
    checkedLookup(reachOf(url, allowsPrivate))(host, { all: false }, (error, address) =>
      resolve(error === null && typeof address === 'string' ? { address } : { refused: String(error?.message) }),
    );
  });
};
