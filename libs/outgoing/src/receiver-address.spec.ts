import type { LookupAddress } from 'node:dns';
import { checkedLookup, type LookupAll, type Reach, reachOf, refusalOfAddress } from './receiver-address.js';

const SPECIAL = [
  '0.0.0.0',
  '0.255.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.0.1',
  '169.254.169.254',
  '192.0.0.1',
  '192.0.0.170',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:0.0.0.0',
  '64:ff9b::7f00:1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  'not an address',
];
const PRIVATE = [
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  'fc00::1',
  'fd12:3456::1',
  '::ffff:10.0.0.1',
  '::ffff:192.168.1.1',
];
const PUBLIC = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.1',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001::1',
  '::ffff:1.1.1.1',
];

const mayReach = (address: string): readonly Reach[] =>
  (['loopback', 'public', 'private', 'private_only'] as const).filter(
    (reach) => refusalOfAddress(address, reach) === undefined,
  );

describe('refusalOfAddress', () => {
  it.each(SPECIAL.filter((address) => !['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1'].includes(address)))(
    'lets nothing reach the special address %s',
    (address) => {
      expect(mayReach(address).filter((reach) => reach !== 'loopback')).toEqual([]);
    },
  );

  it.each(['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1'])(
    'lets only what names this machine reach %s',
    (address) => {
      expect(mayReach(address)).toEqual(['loopback']);
    },
  );

  it.each(PRIVATE)('lets what is allowed private receivers alone reach %s', (address) => {
    expect(mayReach(address)).toEqual(['private', 'private_only']);
  });

  it.each(PUBLIC)('lets an encrypted connection reach %s', (address) => {
    expect(mayReach(address)).toEqual(['public', 'private']);
  });
});

describe('reachOf', () => {
  it.each([
    ['http://localhost:9/', true, 'loopback'],
    ['https://127.0.0.1/', false, 'loopback'],
    ['https://localhost./', true, 'private'],
    ['https://example.com/', false, 'public'],
    ['https://example.com/', true, 'private'],
    ['http://alertmanager:9093/', true, 'private_only'],
  ] as const)('%s, private %s: %s', (url, allowsPrivate, reach) => {
    expect(reachOf(new URL(url), allowsPrivate)).toBe(reach);
  });
});

describe('checkedLookup', () => {
  const answering =
    (...addresses: readonly string[]): LookupAll =>
    (_host, _options, done) =>
      done(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const ask = (lookup: LookupAll, isAll = true) =>
    new Promise<unknown>((resolve) => {
      checkedLookup('public', lookup)('receiver.example', { all: isAll }, (error, address) =>
        resolve(error?.message ?? address),
      );
    });

  it('hands on what was checked, all of it or the first', async () => {
    expect(await ask(answering('1.1.1.1', '2606:4700::1111'))).toHaveLength(2);
    expect(await ask(answering('1.1.1.1', '2606:4700::1111'), false)).toBe('1.1.1.1');
  });

  it.each([
    [['1.1.1.1', '10.0.0.1'], /private/],
    [['2606:4700::1111', '::1'], /special/],
    [['169.254.169.254'], /special/],
    [[], /no address/],
  ])('refuses a host of %j, whichever of them is wrong', async (addresses, why) => {
    expect(await ask(answering(...addresses))).toMatch(why);
  });

  it('says why a host is not known', async () => {
    expect(await ask((_host, _options, done) => done(new Error('ENOTFOUND'), []))).toBe('ENOTFOUND');
  });
});
