import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAgentConfig } from './agent.config.js';

const FLAGS = {
  tap: 'unix:/run/tocsin/tap.sock',
  gateway: 'http://127.0.0.1:8080',
  key: 'k1.secret',
  node: 'edge-1',
  pop: 'fra1',
  region: 'europe',
  'software-version': 'v2.1.5',
  'config-rev': 'c42',
};
const words = (changes: Record<string, string> = {}): string[] =>
  Object.entries({ ...FLAGS, ...changes }).flatMap(([name, value]) => [`--${name}`, value]);

describe('readAgentConfig', () => {
  it('reads flags, and variables for what no flag says', () => {
    const { config } = {
      config: undefined,
      ...readAgentConfig(words({ zones: 'A.example., b.example' }), { TOCSIN_RING: 'prod' }),
    };
    expect(config).toMatchObject({ tap: { kind: 'unix', path: '/run/tocsin/tap.sock' }, ring: 'prod', vantage: 0 });
    expect(config?.zones).toEqual(['a.example', 'b.example']);
    const other = readAgentConfig(words(), { TOCSIN_NODE: 'other', TOCSIN_VANTAGE: 'resolver' });
    expect(other).toMatchObject({ config: { nodeId: 'edge-1', vantage: 1 } });
  });

  it('names everything that is missing, with its variable', () => {
    const { problems } = readAgentConfig([], {});
    expect(problems).toHaveLength(8);
    expect(problems).toContain('--config-rev (TOCSIN_CONFIG_REV): is missing');
  });

  it.each([
    ['tap', 'tcp:x:1'],
    ['tap', 'tcp:0.0.0.0:6000'],
    ['gateway', 'ftp://x'],
    ['key', 'nodot'],
    ['node', 'a|b'],
    ['ring', 'no good'],
    ['vantage', 'probe'],
    ['zones', './no-such-file'],
  ])('refuses --%s %s', (name, value) => {
    const { problems } = readAgentConfig(words({ [name]: value }), {});
    expect(problems).toHaveLength(1);
    expect(problems?.[0]).toContain(`--${name} `);
  });

  it('takes a node key of this node alone, from a file too, and none at all', () => {
    const secret = 'A'.repeat(43);
    const file = join(mkdtempSync(join(tmpdir(), 'agent-')), 'node-key');
    writeFileSync(file, `edge-1.2.${secret}\n`);
    const fromFile = readAgentConfig(words(), { TOCSIN_NODE_KEY_FILE: file });
    expect(fromFile).toMatchObject({ config: { nodeKey: { keyId: 'edge-1.2' } } });
    expect(readAgentConfig(words(), {})).toMatchObject({ config: { nodeKey: undefined } });
    const wrong = (text: string) => readAgentConfig(words({ 'node-key': text }), {}).problems;
    expect(wrong(`edge-2.1.${secret}`)).toEqual([expect.stringContaining('is a key of edge-2, not of edge-1')]);
    expect(wrong('canary')).toEqual([expect.stringContaining('expected NODE.N.SECRET')]);
    expect(wrong('canary')?.join()).not.toContain('canary');
    expect(readAgentConfig(words(), { TOCSIN_NODE_KEY_FILE: '/none' }).problems?.[0]).toContain('TOCSIN_NODE_KEY_FILE');
  });

  it('refuses a flag there is not, and --once on a socket', () => {
    expect(readAgentConfig(['--bogus'], {}).problems?.[0]).toContain('--bogus');
    expect(readAgentConfig([...words(), '--once'], {}).problems?.[0]).toContain('--once');
  });
});
