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
    writeFileSync(join(own, 'ours.yml'), JSON.stringify(GOOD));
    writeFileSync(join(own, 'vector.yml'), JSON.stringify({ ...GOOD, about: 'another Vector' }));
    writeFileSync(join(own, 'README.md'), 'not a mapping');
    const { mappings } = readGatewaySettings({ MAPPINGS_DIR: own });
    expect([...mappings.keys()]).toEqual([...shipped, 'ours']);
    expect(mappings.get('vector')?.about).toBe('another Vector');
  });

  it('that are wrong stop the start, with file, line, column and field', () => {
    const text = "about: ours\ntime: { path: at, unit: fortnight }\nnmae: q\nname: [q, 'a b']\nqtype: t\nrcode: r\n";
    expect(problemsOf(() => readMapping('m.yml', text))).toEqual([
      expect.stringMatching(/^m\.yml:2:25: time\.unit: expected rfc3339, s, ms, us, ns, or where it stands/),
      expect.stringMatching(/^m\.yml:3:1: nmae: there is no such key; did you mean node\?/),
      expect.stringMatching(/^m\.yml:4:11: name\.1: expected keys with dots between them/),
    ]);
    expect(problemsOf(() => readMapping('m.yml', 'about: x\n  oops: ['))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^m\.yml:\d+:\d+: /)]),
    );
    const both = JSON.stringify({ ...GOOD, latency: { path: 'l', from: 'a', to: 'b', unit: 'ms' } });
    expect(problemsOf(() => readMapping('m.yml', both))).toEqual([
      expect.stringMatching(/^m\.yml:1:\d+: latency: expected path, or from and to/),
    ]);
    expect(problemsOf(() => readMapping('m.yml', ' '.repeat(40_000)))).toEqual(['m.yml: longer than 32768 characters']);
    expect(problemsOf(() => readGatewaySettings({ MAPPINGS_DIR: '/nonexistent' }))).toEqual([
      'MAPPINGS_DIR: cannot read /nonexistent (ENOENT)',
    ]);
  });
});
