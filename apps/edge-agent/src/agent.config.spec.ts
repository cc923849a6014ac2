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
    expect(config).toMatchObject({
      tap: { kind: 'sockets', addresses: [{ kind: 'unix', path: '/run/tocsin/tap.sock', mode: 0o660 }] },
      ring: 'prod',
      vantage: 0,
    });
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

describe('a tap address', () => {
  const tapOf = (tap: string, ...more: string[]): unknown => {
    const read = readAgentConfig([...words({ tap }), ...more], {});
    return 'config' in read ? read.config.tap : read.problems[0];
  };

  it.each([
    ['tcp:6000', '127.0.0.1', 6_000],
    ['tcp:127.0.0.2:6000', '127.0.0.2', 6_000],
    ['tcp:[::1]:6000', '::1', 6_000],
  ])('%s listens on this machine alone', (tap, host, port) => {
    expect(tapOf(tap)).toEqual({ kind: 'sockets', addresses: [{ kind: 'tcp', host, port }] });
  });

  it.each(['tcp:0.0.0.0:6000', 'tcp:[::]:6000', 'tcp:192.0.2.1:6000'])('%s must be allowed', (tap) => {
    expect(tapOf(tap)).toContain('only with --tap-remote');
    expect(tapOf(tap, '--tap-remote')).toMatchObject({ addresses: [{ kind: 'tcp', port: 6_000 }] });
  });

  it.each(['tcp:localhost:6000', 'tcp:70000', 'tcp:', 'tcp:::1:6000', 'udp:53', 'unix:'])('%s is none', (tap) => {
    expect(tapOf(tap, '--tap-remote')).toMatch(/^--tap /);
  });
});

describe('a release', () => {
  it('is a name, a file, or what the server says', () => {
    const flags = words({ 'software-version': 'from:tap', 'config-rev': 'file:/etc/tocsin/rev' });
    expect(readAgentConfig(flags, {})).toMatchObject({
      config: { release: { softwareVersion: { kind: 'tap' }, configRev: { kind: 'file', path: '/etc/tocsin/rev' } } },
    });
    expect(readAgentConfig(words({ 'config-rev': 'no good' }), {}).problems?.[0]).toContain('--config-rev ');
  });
});

describe('a configuration file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-file-'));
  const path = join(folder, 'agent.yml');
  writeFileSync(join(folder, 'key'), 'k1.canary\n');
  const FILE = `node: {id: edge-1, pop: fra1, region: europe}
gateway: {url: 'http://127.0.0.1:8080', key_file: ${join(folder, 'key')}}
tap: {listen: 'tcp:6000', socket_mode: "0600"}
release:
  software_version: {command: [knotc, --version], timeout: 3s}
  config_rev: c42
zones: [A.example., b.example]
`;
  const read = (text: string, flags: string[] = [], variables = {}) => {
    writeFileSync(path, text);
    return readAgentConfig(['--config', path, ...flags], variables);
  };

  it('says all that flags say, and more', () => {
    expect(read(FILE)).toEqual({
      config: {
        tap: { kind: 'sockets', addresses: [{ kind: 'tcp', host: '127.0.0.1', port: 6_000 }] },
        gateway: 'http://127.0.0.1:8080',
        key: 'k1.canary',
        nodeKey: undefined,
        nodeId: 'edge-1',
        pop: 'fra1',
        region: 'europe',
        release: {
          softwareVersion: { kind: 'command', words: ['knotc', '--version'], timeoutMs: 3_000 },
          configRev: { kind: 'literal', name: 'c42' },
        },
        ring: '',
        vantage: 0,
        zones: ['a.example', 'b.example'],
        spool: undefined,
        recentNames: true,
        commands: undefined,
      },
    });
  });

  it('gives way to variables, and they to flags', () => {
    const variables = { TOCSIN_POP: 'of-variable', TOCSIN_REGION: 'of-variable', TOCSIN_SOFTWARE_VERSION: 'v3' };
    expect(read(FILE, ['--region', 'of-flag'], variables)).toMatchObject({
      config: {
        nodeId: 'edge-1',
        pop: 'of-variable',
        region: 'of-flag',
        release: { softwareVersion: { kind: 'literal', name: 'v3' } },
      },
    });
    writeFileSync(path, FILE);
    expect(readAgentConfig([], { TOCSIN_CONFIG: path })).toMatchObject({ config: { pop: 'fra1' } });
  });

  it('may have several addresses, but a recording stands alone', () => {
    const withTap = (listen: string) => read(FILE.replace("'tcp:6000'", listen));
    expect(withTap('[unix:/run/a.sock, tcp:6000]')).toMatchObject({
      config: {
        tap: {
          addresses: [
            { kind: 'unix', mode: 0o600 },
            { kind: 'tcp', port: 6_000 },
          ],
        },
      },
    });
    expect(withTap('file:/a.fstrm')).toMatchObject({ config: { tap: { kind: 'file', path: '/a.fstrm' } } });
    expect(withTap('[file:/a.fstrm, tcp:6000]').problems?.[0]).toContain('a recording stands alone');
    expect(withTap('[]').problems?.[0]).toContain(':3:15: tap.listen');
  });

  it('spools when it says where, within bounds', () => {
    expect(read(`${FILE}spool: {directory: /var/spool/x, max_size: 1GiB, max_age: 2d}\n`)).toMatchObject({
      config: { spool: { directory: '/var/spool/x', maxBytes: 1_073_741_824, maxAgeMs: 172_800_000 } },
    });
    expect(read(FILE, ['--spool', '/x'])).toMatchObject({
      config: { spool: { directory: '/x', maxBytes: 268_435_456 } },
    });
    expect(read(`${FILE}spool: {directory: /x, max_size: 1MiB}\n`).problems?.[0]).toContain('expected 16MiB or more');
  });

  it.each([
    ['an unknown key', `${FILE}spol: {}\n`, ':8:1: spol: there is no such key; did you mean spool?'],
    ['a mode that is none', FILE.replace('"0600"', '"9999"'), ':3:40: tap.socket_mode: expected an octal mode'],
    [
      'a shell command',
      FILE.replace('[knotc, --version]', 'knotc --version'),
      ':5:21: release.software_version: expected a name',
    ],
    [
      'a command that may take too long',
      FILE.replace('3s', '1m'),
      ':5:60: release.software_version.timeout: expected 8s or less',
    ],
    ['a key that is not there', FILE.replace('/key', '/none'), 'gateway.key_file: cannot read the secret: ENOENT'],
    ['a key in the file itself', FILE.replace('key_file', 'key'), 'gateway.key: there is no such key'],
  ])('refuses %s, pointing at it, and shows no secret', (_what, text, said) => {
    const { problems } = read(text.replace('key: ', 'key: canary'));
    expect(problems?.join('\n')).toContain(said);
    expect(problems?.join('\n')).not.toContain('canary');
  });

  it('that lacks something is told by its flag, and one that is not there by its name', () => {
    expect(read('node: {id: edge-1}\n').problems).toContain('--pop (TOCSIN_POP): is missing');
    expect(readAgentConfig(['--config', '/none.yml'], {}).problems).toEqual(['/none.yml: cannot be read (ENOENT)']);
  });
});
