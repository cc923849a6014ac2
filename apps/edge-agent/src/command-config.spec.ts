import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsConfigSchema, loadCommandKey } from './command-config.js';
import { commandsConfig, makeCommand, PRIVATE_PEM, PUBLIC_PEM } from './command-keys.fixture.js';
import { environmentOf, fillProgram } from './command-program.js';

const problemsOf = (section: Readonly<Record<string, unknown>>): string[] => {
  const { error } = commandsConfigSchema.safeParse({ public_key: PUBLIC_PEM, ...section });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const rollback = (action: Readonly<Record<string, unknown>>) => ({ actions: { rollback: action } });

describe('the commands section', () => {
  it('runs nothing until an operator says so', () => {
    expect(commandsConfigSchema.parse({ public_key: PUBLIC_PEM })).toEqual({
      publicKey: PUBLIC_PEM,
      publicKeyFile: undefined,
      journal: '/var/lib/tocsin-edge-agent/commands.journal',
      automationFile: undefined,
      isDryRun: true,
      actions: {},
      readBack: undefined,
      directory: '/',
      environment: {},
    });
  });

  it.each([
    ['60s', 60_000],
    ['1m', 60_000],
    ['1500ms', 1_500],
    ['100s', 100_000],
    [undefined, 60_000],
  ])('limits a program to %s', (text, limitMs) => {
    const section = rollback({ program: ['deploy'], ...(text && { time_limit: text }) });
    expect(commandsConfig(section).actions.rollback?.time_limit).toBe(limitMs);
  });

  it.each([
    [{ public_key_file: '/etc/tocsin/key.pem' }, 'public_key: expected either public_key or public_key_file'],
    [{ journal: 'commands.journal' }, 'journal: expected an absolute path'],
    [{ automation_file: 'automation' }, 'automation_file: expected an absolute path'],
    [{ dryrun: false }, ': Unrecognized key: "dryrun"'],
    [rollback({ program: [] }), 'actions.rollback.program: Too small: expected array to have >=1 items'],
    [rollback({ program: 'deploy v2' }), 'actions.rollback.program: Invalid input: expected array, received string'],
    [
      rollback({ program: ['{action}'] }),
      'actions.rollback.program.0: expected the name of a program, without placeholders',
    ],
    [rollback({ program: ['deploy', '{version}'] }), 'actions.rollback.program: there is no placeholder {version}'],
    [rollback({ program: ['deploy', 'a\0b'] }), 'actions.rollback.program.1: holds a NUL'],
    [rollback({ program: ['deploy'], shell: true }), 'actions.rollback: Unrecognized key: "shell"'],
    [rollback({ program: ['deploy'], time_limit: '101s' }), 'actions.rollback.time_limit: expected 1ms to 100s'],
    [rollback({ program: ['deploy'], time_limit: '0s' }), 'actions.rollback.time_limit: expected 1ms to 100s'],
    [
      rollback({ program: ['deploy'], time_limit: 'long' }),
      'actions.rollback.time_limit: expected a duration, such as 250ms, 5s, 10m, 1h, 7d',
    ],
    [
      { environment: { TOCSIN_ACTION: 'halt' } },
      'environment.TOCSIN_ACTION: expected a name like HOME; TOCSIN_… are set by the agent',
    ],
  ])('says what is wrong with %j', (section, problem) => {
    expect(problemsOf(section)).toEqual([problem]);
  });

  it('knows the four actions and no other', () => {
    for (const action of ['rollback', 'halt', 'drain', 'resume']) {
      expect(problemsOf({ actions: { [action]: { program: ['do'] } } })).toEqual([]);
    }
    expect(problemsOf({ actions: { format: { program: ['do'] } } })).toHaveLength(1);
  });
});

describe('the key of commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-key-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const load = (publicKey: string) => () => loadCommandKey({ publicKey, publicKeyFile: undefined });

  it('is read from the section or from a file', () => {
    const publicKeyFile = join(folder, 'key.pem');
    writeFileSync(publicKeyFile, PUBLIC_PEM);
    expect(loadCommandKey({ publicKey: undefined, publicKeyFile }).equals(load(PUBLIC_PEM)())).toBe(true);
  });

  it('is refused when it is private, of another kind, no key at all, or missing', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ type: 'spki', format: 'pem' });
    expect(load(PRIVATE_PEM)).toThrow('only the signer may have one');
    expect(load(rsa.toString())).toThrow('it is a key for rsa, not Ed25519');
    expect(load('hello')).toThrow('commands: the key of public_key: ');
    const publicKeyFile = join(folder, 'missing.pem');
    expect(() => loadCommandKey({ publicKey: undefined, publicKeyFile })).toThrow(
      new RegExp(`${publicKeyFile}: .*ENOENT`),
    );
  });
});

describe('a program for a command', () => {
  const command = makeCommand(7, 0);

  it('has every placeholder filled within its argument, and no argument more', () => {
    const program = [
      'deploy',
      '-e',
      'version={software_version}',
      '{from_config_rev}..{config_rev}',
      '{"a":1}',
      '{{x}}',
    ];
    expect(fillProgram(program, command)).toEqual(['deploy', '-e', 'version=v2.1.4', 'c42..c41', '{"a":1}', '{{x}}']);
  });

  it('gets the values as variables too, and nothing of the environment of the agent', () => {
    process.env['TOCSIN_KEY'] = 'k1.secret';
    expect(environmentOf(command, { HOME: '/var/lib/tocsin-edge-agent', LANG: 'C' })).toEqual({
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/var/lib/tocsin-edge-agent',
      LANG: 'C',
      TOCSIN_COMMAND_ID: 'c-7',
      TOCSIN_ACTION: 'rollback',
      TOCSIN_SOFTWARE_VERSION: 'v2.1.4',
      TOCSIN_CONFIG_REV: 'c41',
      TOCSIN_FROM_SOFTWARE_VERSION: 'v2.1.5',
      TOCSIN_FROM_CONFIG_REV: 'c42',
    });
    delete process.env['TOCSIN_KEY'];
  });
});
