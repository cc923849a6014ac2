import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CRITICAL_DOMAINS, QTYPE } from '#domain';
import { readProberConfig } from './prober.config.js';

const keyFile = join(mkdtempSync(join(tmpdir(), 'prober-')), 'key');
writeFileSync(keyFile, 'prober.secret\n');
const HEAD = `id: p1\ngateway: http://127.0.0.1:8080\nkey_file: ${keyFile}\n`;
const NODE = `groups: [{ zones: [delta.test], nodes: [{ id: n1, pop: fra-1, region: eu, address: 192.0.2.1 }] }]\n`;
const resolverAt = (address: string): string => `resolvers: [{ name: one, region: eu, address: '${address}' }]\n`;
const read = (text: string) => readProberConfig(HEAD + text, 'prober.yml');
const EXAMPLE = new URL('../../../../apps/prober/deploy/prober.yml', import.meta.url);

describe('the configuration of a prober', () => {
  it('the example can be read, and says what the comments say', () => {
    const text = readFileSync(EXAMPLE, 'utf8').replace('/run/credentials/tocsin-prober.service/prober.key', keyFile);
    const { config, problems } = readProberConfig(text, 'prober.yml');
    expect(problems).toBeUndefined();
    expect(config?.targets.map(({ nodeId, port, families }) => [nodeId, port, families.length])).toEqual([
      ['edge-fra-1', 53, 5],
      ['edge-iad-1', 5353, 5],
      ['resolver:europe', 53, 1],
      ['resolver:us-east', 53, 1],
    ]);
    // What is written as defaults is what is done without it.
    const without = read(NODE).config;
    expect(config?.rhythms).toEqual(without?.rhythms);
    expect([config?.tcpEvery, config?.inFlightMax]).toEqual([without?.tcpEvery, without?.inFlightMax]);
  });

  it('the unit hands over the key that the example names, and starts what is there', () => {
    const unit = readFileSync(new URL('tocsin-prober.service', EXAMPLE), 'utf8');
    expect(unit).toContain('LoadCredential=prober.key:');
    expect(unit.match(/dist\/apps\/prober\/src\/main\.js/g)).toHaveLength(2);
    expect(existsSync(new URL('../src/main.ts', EXAMPLE))).toBe(true);
  });

  it('R59: asks resolvers for the six critical domains of the study, unless told otherwise', () => {
    const { config } = read(resolverAt('192.0.2.9'));
    expect(config?.domains.map(({ name }) => name)).toEqual([
      'delta.com',
      'ups.com',
      'fidelity.com',
      'playstation.com',
      'bbc.com',
      'salesforce.com',
    ]);
    expect(config?.targets[0]?.asked.names.map(({ name }) => name)).toEqual([...CRITICAL_DOMAINS]);
    expect(config?.targets[0]?.asked.names[0]).toMatchObject({
      qtype: QTYPE.A,
      expect: { rcodes: [0], minAnswers: 1 },
    });
    expect(read(`${resolverAt('192.0.2.9')}domains: [müller.test]\n`).config?.domains[0]?.name).toBe(
      'xn--mller-kva.test',
    );
  });

  it('R59: hostile loads are for nodes alone, and a node is asked for zones of its group', () => {
    const [node, resolver] = read(NODE + resolverAt('192.0.2.9')).config?.targets ?? [];
    expect(node?.families).toEqual(['normal', 'malformed', 'oversized', 'high_frequency', 'edge_case']);
    expect(node?.asked.names).toMatchObject([{ zone: 'delta.test', qtype: QTYPE.SOA }]);
    expect(node?.asked.unicodeLabel).toMatch(/^xn--unicode-domain--/);
    expect(resolver?.families).toEqual(['normal']);
  });

  it.each(['224.0.0.251', '255.255.255.255', '0.0.0.0', 'ff02::fb', '::', '::ffff:224.0.0.1', 'localhost', '1.2.3'])(
    'R59: %s is the address of nobody who may be probed',
    (address) => {
      expect(read(resolverAt(address)).problems?.[0]).toContain('expected the IPv4 or IPv6 address of one host');
    },
  );

  it.each([
    ['nobody to ask', '', 'there is nobody to ask'],
    ['a target twice', `resolvers: [${'{ name: a, region: eu, address: 192.0.2.1 },'.repeat(2)}]`, 'is there twice'],
    [
      'a burst without an end',
      `${NODE}rhythms: { normal: { every: 1s, burst: 3, spacing: 600ms } }`,
      'a burst must end',
    ],
    ['a rhythm of nothing', `${NODE}rhythms: { normal: { every: 0ms } }`, 'a burst must end'],
    ['a key that is written wrong', `${NODE}resolver: []`, 'did you mean resolvers?'],
    [
      'a name that is none',
      `${resolverAt('192.0.2.1')}domains: [${'a'.repeat(64)}.test]`,
      'expected a domain name, or { zone,',
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(read(text).problems?.join('\n')).toContain(message);
  });

  it('never shows the key', () => {
    expect(JSON.stringify(read(NODE).config)).not.toContain('prober.secret');
  });
});
