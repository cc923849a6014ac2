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
    ['tap', 'tcp:1'],
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

  it('refuses a flag there is not, and --once on a socket', () => {
    expect(readAgentConfig(['--bogus'], {}).problems?.[0]).toContain('--bogus');
    expect(readAgentConfig([...words(), '--once'], {}).problems?.[0]).toContain('--once');
  });
});
