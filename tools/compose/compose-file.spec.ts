import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SERVER_ROLES } from '#runtime';
import {
  type ComposeFile,
  mountedBy,
  openPorts,
  readCompose,
  readSchema,
  schemaProblems,
  unpinned,
  variablesOf,
} from './compose-file.js';

const read = (path: string): string => readFileSync(join(process.cwd(), path), 'utf8');
const TEXT = read('docker-compose.yml');
const SCHEMA = readSchema(read('tools/compose/compose-spec.schema.json'));
const ENV = {
  POSTGRES_PASSWORD: 'p'.repeat(48),
  ADMIN_KEY: `admin.${'a'.repeat(48)}`,
  NODE_KEY_SECRET: 'n'.repeat(48),
  PAGERDUTY_ROUTING_KEY: 'r'.repeat(32),
};
const file: ComposeFile = readCompose(TEXT, ENV);

const settingsIn = (files: readonly string[]): readonly string[] =>
  files.map(read).flatMap((text) => [...text.matchAll(/^ {2,6}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name ?? ''));

/** Files below a folder in which settings are read. */
const configsBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.config.ts'))
    .map((path) => `${folder}/${path}`);

/** Names of the settings that processes read: the keys of their schemas, and NAME_FILE of secrets. */
const settings = (): ReadonlySet<string> => {
  const names = settingsIn([...configsBelow('apps'), ...configsBelow('libs/runtime'), 'libs/runtime/src/settings.ts']);
  return new Set(names.flatMap((name) => [name, `${name}_FILE`]));
};

/** Settings that no service is given, and why. */
const NOT_GIVEN: Readonly<Record<string, string>> = {
  DATA_DIR: 'the image says where it is',
  COMMAND_PRIVATE_KEY: 'given as a file, by a secret',
  AUTOMATION_FILE: 'a second switch, for whoever mounts one',
};

describe('docker-compose.yml', () => {
  it('is what the compose specification says', () => {
    expect(schemaProblems(file, SCHEMA)).toEqual([]);
  });

  it.each([
    ['a service with a word that does not exist', { services: { a: { image: 'a', imagine: 'b' } } }],
    ['a port that is no port', { services: { a: { image: 'a', ports: [{ target: {} }] } } }],
    ['a condition that does not exist', { services: { a: { depends_on: { b: { condition: 'service_happy' } } } } }],
    ['a section that does not exist', { service: {} }],
  ])('would be refused with %s', (_what, broken) => {
    expect(schemaProblems(broken, SCHEMA)).not.toEqual([]);
  });

  it('has one service per role, all of one image, each with a main that is there', () => {
    const ours = Object.entries(file.services).filter(([, { build }]) => build !== undefined);
    expect(ours.map(([name]) => name).toSorted()).toEqual([...SERVER_ROLES].toSorted());
    expect(new Set(ours.map(([, { image, build }]) => `${image} ${build}`)).size).toBe(1);
    for (const [name, { command }] of ours) {
      expect(command).toEqual(['node', `dist/apps/${name}/src/main.js`]);
      expect(existsSync(command?.[1] ?? '')).toBe(true);
    }
  });

  it.each(SERVER_ROLES)('gives %s the settings that it needs, and none that nobody reads', (role) => {
    const { environment = {}, command = [], secrets = [] } = file.services[role] ?? {};
    expect(Object.keys(environment).filter((name) => !settings().has(name))).toEqual([]);
    const key = join(mkdtempSync(join(tmpdir(), 'compose-')), 'command-key');
    writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const mounted = Object.entries(environment).map(([name, value]): [string, string] => {
      return [
        name,
        secrets.includes('command-key') ? String(value).replace('/run/secrets/command-key', key) : `${value}`,
      ];
    });
    const { stdout, stderr } = spawnSync(process.execPath, [...command.slice(1), '--check-config'], {
      env: Object.fromEntries(mounted),
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['the settings are right\n', '']);
  });

  it.each(SERVER_ROLES)('lets every setting of %s be given', (role) => {
    const { environment = {} } = file.services[role] ?? {};
    const own = settingsIn(configsBelow(`apps/${role}`));
    expect(own.filter((name) => environment[name] === undefined && NOT_GIVEN[name] === undefined)).toEqual([]);
  });

  it('has a reason for each setting that it does not give, and gives none of them', () => {
    const given = new Set(Object.values(file.services).flatMap(({ environment = {} }) => Object.keys(environment)));
    expect(Object.keys(NOT_GIVEN).filter((name) => given.has(name) || !settings().has(name))).toEqual([]);
  });

  it('starts nothing without a password and an administrator', () => {
    for (const name of ['POSTGRES_PASSWORD', 'ADMIN_KEY', 'NODE_KEY_SECRET'])
      expect(() => readCompose(TEXT, { ...ENV, [name]: '' })).toThrow(`${name}: `);
  });

  it('asks for nothing that .env.example does not tell of, and that file holds no secret', () => {
    const example = new Map(
      [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const optional = ['AUTOMATION', 'LOG_LEVEL', 'ROLLBACK_VERIFY_MS'];
    expect([...example.keys(), ...optional].toSorted()).toEqual([...variablesOf(TEXT)].toSorted());
    const given = [...example].filter(([, value]) => value !== '').map(([name]) => name);
    expect(given).toEqual(['COMMAND_KEY_FILE', 'METRICS_TOKEN_FILE', 'GRAFANA_PASSWORD_FILE', 'OUTCOME_PARTITIONS']);
  });

  describe('the profile watching', () => {
    const watching = Object.entries(file.services).filter(([, { profiles = [] }]) => profiles.includes('watching'));

    it('is Prometheus and Grafana, and nothing else is in a profile', () => {
      expect(watching.map(([name]) => name)).toEqual(['prometheus', 'grafana']);
      expect(Object.values(file.services).filter(({ profiles }) => profiles !== undefined)).toHaveLength(2);
    });

    it('mounts files that there are', () => {
      const mounted = watching.flatMap(([, service]) => mountedBy(service));
      expect(mounted).toHaveLength(4);
      expect(mounted.filter((path) => !existsSync(path))).toEqual([]);
    });

    it('gives Grafana what its provisioning names, and its password by a file', () => {
      const { environment = {}, secrets } = file.services['grafana'] ?? {};
      const provisioned = read('docs/deploy/grafana/provisioning/datasources/tocsin.yml');
      const named = [...provisioned.matchAll(/\$(\w+)/g)].map(([, name]) => name);
      const given = Object.keys(environment).filter((name) => !name.startsWith('GF_'));
      expect(new Set(given)).toEqual(new Set(named));
      expect(environment['GF_SECURITY_ADMIN_PASSWORD__FILE']).toBe('/run/secrets/grafana-password');
      expect(Object.keys(environment).filter((name) => /ADMIN_PASSWORD$|ANONYMOUS/.test(name))).toEqual([]);
      expect([secrets, file.secrets?.['grafana-password']]).toEqual([
        ['grafana-password'],
        { file: './grafana-password' },
      ]);
    });

    it('gives Prometheus the token where its configuration looks for it', () => {
      const text = read('docs/deploy/prometheus/prometheus.yml');
      expect(file.services['prometheus']?.secrets).toEqual(['metrics-token']);
      expect(file.secrets?.['metrics-token']).toEqual({ file: './metrics-token' });
      expect(text).toContain('credentials_file: /run/secrets/metrics-token');
    });

    it('asks each container of every role, and says which role it is', () => {
      const { scrape_configs } = parse(read('docs/deploy/prometheus/prometheus.yml')) as {
        readonly scrape_configs: readonly [Record<string, unknown>];
      };
      expect(scrape_configs).toHaveLength(1);
      const [{ static_configs, dns_sd_configs, relabel_configs }] = scrape_configs;
      expect(static_configs).toBeUndefined();
      expect(dns_sd_configs).toEqual([{ names: [...SERVER_ROLES], type: 'A', port: 8080, refresh_interval: '15s' }]);
      expect(relabel_configs).toEqual([
        { source_labels: ['__meta_dns_name'], target_label: 'role' },
        { source_labels: ['__meta_dns_name', '__address__'], separator: '/', target_label: 'instance' },
      ]);
    });

    it('pages for each role of which no container is there', () => {
      const rules = read('docs/deploy/prometheus/tocsin.rules.yml');
      const missed = [...rules.matchAll(/absent\(up\{job="tocsin",role="(\w+)"\}\)/g)].map(([, role]) => role);
      expect(new Set(missed)).toEqual(new Set(SERVER_ROLES));
    });
  });

  it('pins what it does not build, and is reached from this machine alone', () => {
    expect(unpinned(file)).toEqual([]);
    expect(openPorts(file)).toEqual([]);
    expect(unpinned({ services: { a: { image: 'a:latest' }, b: { image: 'b' } } })).toEqual(['a: a:latest', 'b: b']);
    expect(openPorts({ services: { a: { image: 'a', ports: ['80:80'] } } })).toEqual(['a: 80:80']);
  });

  it('bounds the memory and the log of each service, starts it again, and waits for what it needs', () => {
    for (const { mem_limit, logging, restart } of Object.values(file.services)) {
      expect([mem_limit, restart]).toEqual([expect.stringMatching(/^\d+[mg]$/), 'unless-stopped']);
      expect(logging?.options).toEqual({ 'max-size': '10m', 'max-file': '3' });
    }
    const healthy = { condition: 'service_healthy' };
    const needed = SERVER_ROLES.map((role) => file.services[role]?.depends_on);
    expect(needed).toEqual(SERVER_ROLES.map(() => ({ kafka: healthy, postgres: healthy })));
    expect([file.services['kafka'], file.services['postgres']].every((one) => one?.healthcheck !== undefined)).toBe(
      true,
    );
  });
});
