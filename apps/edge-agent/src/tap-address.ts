import { BlockList, isIP } from 'node:net';
import type { SocketAddress } from './tap-socket.js';

/** Where dnstap comes from: a recording, or the addresses that DNS servers connect to. */
export type TapSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'sockets'; readonly addresses: readonly SocketAddress[] };

type TapAddress = { readonly kind: 'file'; readonly path: string } | SocketAddress;

/** What an address may be. */
export interface TapRules {
  /** Of a unix socket. */
  readonly mode: number;
  /** Whether other machines may connect. */
  readonly allowsRemote: boolean;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `localhost` is whatever a resolver says; only an address says by itself that it is this machine. */
const isLoopback = (host: string): boolean =>
  isIP(host) !== 0 && LOOPBACK.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');

const readTcp = (text: string, { allowsRemote }: TapRules): TapAddress | string => {
  const [, inBrackets, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const host = inBrackets ?? plain ?? '127.0.0.1';
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return 'expected tcp:PORT, tcp:HOST:PORT or tcp:[HOST]:PORT';
  if (isIP(host) === 0) return `${host} is no IP address`;
  if (!isLoopback(host) && !allowsRemote)
    return `${host} is open to other machines, and dnstap knows no passwords: only with --tap-remote`;
  return { kind: 'tcp', host, port };
};

const readOne = (text: string, rules: TapRules): TapAddress | string => {
  const [, kind, rest = ''] = /^(file|unix|tcp):(.+)$/.exec(text) ?? [];
  if (kind === 'file') return { kind, path: rest };
  if (kind === 'unix') return { kind, path: rest, mode: rules.mode };
  return kind === 'tcp' ? readTcp(rest, rules) : 'expected file:PATH, unix:PATH or tcp:HOST:PORT';
};

/** Reads where dnstap comes from; what is wrong with it otherwise. A recording stands alone. */
export const readTapSource = (texts: readonly string[], rules: TapRules): TapSource | string => {
  const addresses: SocketAddress[] = [];
  for (const text of texts) {
    const one = readOne(text, rules);
    if (typeof one === 'string') return one;
    if (one.kind !== 'file') addresses.push(one);
    else if (texts.length > 1) return 'a recording stands alone';
    else return one;
  }
  return { kind: 'sockets', addresses };
};
