import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigError } from '#config';
import { readGatewaySettings, readMapping } from './gateway.config.js';

const GOOD = { about: 'ours', time: { path: 'at', unit: 's' }, name: 'q', qtype: 't', rcode: 'r' };

const problemsOf = (work: () => unknown): readonly string[] => {
  try {
    work();
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

describe('the mappings of the gateway', () => {
  it('are those that come with it, and those of MAPPINGS_DIR, which go first', () => {
    const shipped = ['cloudflare-logpush', 'dns-collector', 'dnsmonster', 'vector'];
    expect([...readGatewaySettings({}).mappings.keys()]).toEqual(shipped);
    const own = mkdtempSync(join(tmpdir(), 'mappings-'));
    writeFileSync(join(own, 'ours.json'), JSON.stringify(GOOD));
    writeFileSync(join(own, 'vector.json'), JSON.stringify({ ...GOOD, about: 'another Vector' }));
    writeFileSync(join(own, 'README.md'), 'not a mapping');
    const { mappings } = readGatewaySettings({ MAPPINGS_DIR: own });
    expect([...mappings.keys()]).toEqual([...shipped, 'ours']);
    expect(mappings.get('vector')?.about).toBe('another Vector');
  });

  it('that are wrong stop the start, with file, line, column and field', () => {
    const text = JSON.stringify({ ...GOOD, time: { path: 'at', unit: 'fortnight' }, nmae: 'q' }, null, 2);
    expect(problemsOf(() => readMapping('m.json', text))).toEqual([
      expect.stringMatching(/^m\.json:5:5: time\.unit: /),
      expect.stringMatching(/^m\.json:10:3: nmae: Unrecognized key/),
    ]);
    expect(problemsOf(() => readMapping('m.json', '{\n  "about": "x",\n  oops\n}'))).toEqual([
      expect.stringMatching(/^m\.json:3:3: not JSON: /),
    ]);
    const both = JSON.stringify({ ...GOOD, latency: { path: 'l', from: 'a', to: 'b', unit: 'ms' } });
    expect(problemsOf(() => readMapping('m.json', both))).toEqual([
      expect.stringMatching(/^m\.json:1:\d+: latency: expected path, or from and to$/),
    ]);
    expect(problemsOf(() => readMapping('m.json', ' '.repeat(40_000)))).toEqual([
      'm.json: longer than 32768 characters',
    ]);
    expect(problemsOf(() => readGatewaySettings({ MAPPINGS_DIR: '/nonexistent' }))).toEqual([
      'MAPPINGS_DIR: cannot read /nonexistent (ENOENT)',
    ]);
  });
});
