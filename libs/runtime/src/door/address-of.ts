import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** What of a request says who sent it. */
type Told = Pick<IncomingMessage, 'headers' | 'socket'>;

const listOf = (trusted: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const each of trusted) {
    const [address = '', prefix] = each.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
};

/**
 * From which address a request comes, for what passes no hook of HTTP, such as an upgrade: as Fastify says it by `trustProxy`. That is
 * whoever connects, unless it is one of `trusted`: then whom it names last in `x-forwarded-for`, and so on.
 */
export const addressOf = (trusted: readonly string[]): ((request: Told) => string) => {
  const list = listOf(trusted);
  const isTrusted = (address: string): boolean => {
    const [bare = ''] = address.split('%', 1);
    const family = isIP(bare);
    return family !== 0 && list.check(bare, family === 6 ? 'ipv6' : 'ipv4');
  };
  return ({ socket, headers }) => {
    const direct = socket.remoteAddress ?? '';
    if (trusted.length === 0 || !isTrusted(direct)) return direct;
    const said = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
    const hops = [direct, ...said.map((each) => each.trim()).toReversed()].filter((each) => each !== '');
    return hops.find((hop) => !isTrusted(hop)) ?? hops.at(-1) ?? direct;
  };
};
