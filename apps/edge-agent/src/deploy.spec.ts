import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readYamlConfig } from '#config';
import { readAgentConfig, redacted } from './agent.config.js';
import { configFileSchema } from './config-file.js';

const DEPLOY = join(process.cwd(), 'apps/edge-agent/deploy');
const UNIT = readFileSync(join(DEPLOY, 'tocsin-edge-agent.service'), 'utf8');
// Obeying is up to the operator, so that section is commented out; here it is read too.
const EXAMPLE = readFileSync(join(DEPLOY, 'edge-agent.yml'), 'utf8').replaceAll(/^# (commands:| {2}.*)$/gm, '$1');
const SECRET = 'A'.repeat(43);

/** The example with its secrets where a test can put them. */
const example = (): { readonly path: string; readonly text: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-deploy-'));
  writeFileSync(join(folder, 'agent-key'), `k1.${SECRET}\n`);
  writeFileSync(join(folder, 'node-key'), `ns1.1.${SECRET}\n`);
  const text = EXAMPLE.replaceAll('/run/credentials/tocsin-edge-agent.service', folder);
  const path = join(folder, 'edge-agent.yml');
  writeFileSync(path, text);
  return { path, text };
};

/** `section.key` of every key that a schema of sections has. */
const keysOf = (schema: z.ZodObject): string[] =>
  Object.entries(schema.shape).flatMap(([name, section]) => {
    const inner: unknown = section instanceof z.ZodOptional ? section.unwrap() : section;
    return inner instanceof z.ZodObject ? Object.keys(inner.shape).map((key) => `${name}.${key}`) : [name];
  });
const keysIn = (value: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(value).flatMap(([name, section]) =>
    typeof section === 'object' && section !== null && !Array.isArray(section)
      ? Object.keys(section).map((key) => `${name}.${key}`)
      : [name],
  );
/** Every line `Name=value` of the unit, as name → values. */
const unit = new Map<string, string[]>();
for (const [, name = '', value = ''] of UNIT.matchAll(/^(\w+)=(.*)$/gm))
  unit.set(name, [...(unit.get(name) ?? []), value]);

describe('the example configuration', () => {
  it('is read by the real reader, and every key of the schema is in it', () => {
    const { config, problems } = readYamlConfig(configFileSchema, example().text, 'edge-agent.yml');
    expect(problems).toBeUndefined();
    // One of two ways to say the zones.
    const { commands, ...rest } = config ?? {};
    expect(commands).toMatchObject({ isDryRun: true, actions: { rollback: { time_limit: 60_000 } } });
    expect([...keysIn(rest), 'commands'].toSorted()).toEqual(
      keysOf(configFileSchema)
        .filter((key) => key !== 'zones_file')
        .toSorted(),
    );
    expect(EXAMPLE).toContain('# zones_file: ');
  });

  it('is what it says', () => {
    const read = readAgentConfig(['--config', example().path], {});
    expect(read).toMatchObject({
      config: {
        nodeId: 'ns1',
        pop: 'fra-1',
        region: 'europe',
        ring: 'canary',
        vantage: 0,
        gateway: 'https://tocsin.example.net',
        key: `k1.${SECRET}`,
        nodeKey: { keyId: 'ns1.1' },
        tap: { addresses: [{ kind: 'unix', path: '/run/tocsin-edge-agent/tap.sock', mode: 0o660 }] },
        release: { softwareVersion: { kind: 'tap' }, configRev: { kind: 'file', path: '/etc/tocsin/config-rev' } },
        zones: ['example.com', 'example.net'],
        spool: { directory: '/var/lib/tocsin-edge-agent/spool', maxBytes: 268_435_456, maxAgeMs: 86_400_000 },
      },
    });
    const config = 'config' in read ? read.config : undefined;
    if (config?.commands === undefined) throw new Error('the example has commands');
    const withToken = { ...config, commands: { ...config.commands, environment: { DEPLOY_TOKEN: SECRET } } };
    const shown = JSON.stringify(redacted(withToken));
    expect(shown).toContain('k1.…');
    expect(shown).toContain('"environment":["DEPLOY_TOKEN"]');
    expect(shown).not.toContain(SECRET);
  });
});

describe('the systemd unit', () => {
  it('gives the example the folders and secrets it names', () => {
    expect(EXAMPLE).toContain(`unix:/run/${unit.get('RuntimeDirectory')?.[0]}/`);
    expect(EXAMPLE).toContain(`/var/lib/${unit.get('StateDirectory')?.[0]}/`);
    for (const credential of unit.get('LoadCredential') ?? [])
      expect(EXAMPLE).toContain(`key_file: /run/credentials/tocsin-edge-agent.service/${credential.split(':')[0]}\n`);
    expect(unit.get('ExecStart')?.[0]).toMatch(
      /^\/usr\/bin\/node --max-old-space-size=\d+ --max-semi-space-size=\d+ \S+\/dist\/apps\/edge-agent\/src\/main\.js --config \/etc\/tocsin\/edge-agent\.yml$/,
    );
  });

  it('is hardened, bounded, and comes back', () => {
    const settings = Object.fromEntries([...unit].map(([name, values]) => [name, values[0]]));
    expect(settings).toMatchObject({
      NoNewPrivileges: 'yes',
      ProtectSystem: 'strict',
      Restart: 'always',
      MemoryMax: '96M',
      RuntimeDirectoryMode: '0750',
      User: 'tocsin-agent',
    });
  });
});
