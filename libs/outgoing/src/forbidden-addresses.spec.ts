import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { post } from './post.js';
import type { LookupAll } from './receiver-address.js';
import { targetUrl } from './target-url.js';

/** Ways to write an address that nothing may be sent to, whatever the scheme. */
const FORBIDDEN = {
  // Plain, at both ends of their ranges.
  plain: `0.0.0.0 0.255.255.255 127.0.0.2 127.255.255.254 169.254.0.1 169.254.169.254 169.254.170.2 192.0.0.1
    192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1
    239.255.255.250 240.0.0.1 255.255.255.255 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 172.16.0.1
    172.31.255.255 192.168.0.1`,
  // One number, fewer parts, octal, hexadecimal, and mixtures of them.
  numbers: `2852039166 3232235777 167772161 0 0x0 00 127.2 10.1 169.254.43518 192.168.257 0xa9fea9fe
    0xA9.0xFE.0xA9.0xFE 0xa.1 0xc0a80101 0xc0.0xa8.1.1 0x7f.0.0.2 0xffffffff 0251.0376.0251.0376 012.0.0.1
    0300.0250.0.1 017700000002 0177.0.0.2 025177524776 169.0376.43518 0xa9.254.0251.254 10.0x0.0.1`,
  // A final dot, digits of other scripts, and letters that are folded.
  folded: `169.254.169.254. 10.0.0.1. 192.168.1.1. ①⑨②.①⑥⑧.①.① １６９.２５４.１６９.２５４ 169。254。169。254`,
  // IPv6: unspecified, link, site, unique local, groups, examples, discarded.
  ipv6: `[::] [::2] [fe80::1] [febf::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [ff05::2] [2001:db8::1]
    [100::1] [0:0:0:0:0:0:0:0]`,
  // IPv4 within IPv6: mapped, compatible, NAT64 of both prefixes, 6to4, Teredo.
  embedded: `[::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [::ffff:10.0.0.1] [::ffff:127.0.0.2] [::ffff:0:0]
    [::169.254.169.254] [::127.0.0.1] [64:ff9b::169.254.169.254] [64:ff9b::7f00:1] [64:ff9b:1::a00:1]
    [2002:a9fe:a9fe::1] [2002:7f00:1::] [2002:a00:1::] [2001::1] [2001:0:a9fe:a9fe::]`,
};
const FORBIDDEN_HOSTS = Object.values(FORBIDDEN).flatMap((words) => words.split(/\s+/));
const SCHEMES = ['https:', 'http:'] as const;
/** Ways to hide where a request goes, or to be no request of HTTP at all. */
const FORBIDDEN_URLS = [
  'https://user:password@example.com/',
  'https://example.com@169.254.169.254/',
  'https://169.254.169.254:443#@example.com/',
  'https://169.254.169.254:8443/latest/meta-data/',
  'https://169.254.169.254%2f@10.0.0.1/',
  'https:\\\\169.254.169.254\\',
  'https://\t169.254.169.254/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'data:text/plain,x',
  'javascript:alert(1)',
  'unix:///run/docker.sock',
];

/** Where a connection was tried while this runs. */
const tried: string[] = [];
const watch = (message: unknown): void => {
  (message as { socket: Socket }).socket.on('connectionAttempt', (address: string) => tried.push(address));
};
const servers: Server[] = [];
const serve = async (answer: (to: (status: number, location?: string) => void) => void): Promise<string> => {
  const server = createServer((_request, response) =>
    answer((status, location) => response.writeHead(status, location === undefined ? {} : { location }).end()),
  );
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

beforeAll(() => subscribe('net.client.socket', watch));
beforeEach(() => tried.splice(0));
afterAll(() => {
  unsubscribe('net.client.socket', watch);
  for (const server of servers) server.close();
});

const send = (url: string, allowsPrivate = false, resolver?: LookupAll) =>
  post({ url: new URL(url), headers: {}, body: '', timeoutMs: 500 }, [], undefined, allowsPrivate, resolver);
const answering =
  (...answers: readonly (readonly string[])[]): LookupAll =>
  (_host, _options, done) => {
    const addresses = answers[asked] ?? answers.at(-1) ?? [];
    asked += 1;
    done(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
let asked = 0;
beforeEach(() => (asked = 0));

describe('what may not be sent to', () => {
  it('is a list worth the name', () => {
    expect(FORBIDDEN_HOSTS.length + FORBIDDEN_URLS.length).toBeGreaterThanOrEqual(80);
    expect(new Set(FORBIDDEN_HOSTS).size).toBe(FORBIDDEN_HOSTS.length);
  });

  it('would be seen: a connection that is tried is written down', async () => {
    const url = await serve((answer) => answer(204));
    expect(await send(url)).toMatchObject({ kind: 'answered', status: 204 });
    expect(tried).toEqual(['127.0.0.1']);
  });

  it.each(FORBIDDEN_HOSTS)('%s is refused as a setting, and no connection is tried', async (host) => {
    for (const scheme of SCHEMES) {
      const url = `${scheme}//${host}/`;
      expect([url, targetUrl(url)]).toEqual([url, expect.any(String)]);
      expect([url, (await send(url)).kind]).toEqual([url, 'unreached']);
    }
    expect(tried).toEqual([]);
  });

  it.each(FORBIDDEN_URLS)('%s is refused as a setting', (url) => {
    expect(targetUrl(url)).toEqual(expect.any(String));
    expect(targetUrl(url, true)).toEqual(expect.any(String));
  });

  it.each([
    ['this machine', ['127.0.0.1']],
    ['this machine, among others', ['1.1.1.1', '::1']],
    ['where clouds keep credentials', ['169.254.169.254']],
    ['the same, within IPv6', ['64:ff9b::a9fe:a9fe']],
    ['a private network', ['10.0.0.1', '1.1.1.1']],
    ['nothing', []],
  ])('a host whose addresses are %s is not connected to', async (_what, addresses) => {
    expect(await send('https://receiver.example/', false, answering(addresses))).toMatchObject({ kind: 'unreached' });
    expect([tried, asked]).toEqual([[], 1]);
  });

  it('a host that answers otherwise a moment later leads nowhere else: it is asked once', async () => {
    const rebinding = answering(['10.255.255.254'], ['127.0.0.1']);
    await send('http://receiver.example:9/', true, rebinding);
    expect([tried, asked]).toEqual([['10.255.255.254'], 1]);
  });

  it('a redirect is not followed', async () => {
    const reached: string[] = [];
    const secret = await serve((answer) => {
      reached.push('secret');
      answer(200);
    });
    const url = await serve((answer) => answer(302, secret));
    expect(await send(url)).toMatchObject({ kind: 'answered', status: 302 });
    expect([reached, tried]).toEqual([[], ['127.0.0.1']]);
  });
});
