import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Environment, readYamlConfigFile, secretOf } from '#config';
import { nameSchema, parseNodeKey, VANTAGE } from '#contracts';
import { normalizeZone } from '#domain';
import type { CommandsConfig } from './command-config.js';
import { type ConfigFile, configFileSchema, type ReleaseInFile } from './config-file.js';
import type { ReleaseSource, ReleaseSources } from './release-source.js';
import type { SpoolConfig } from './spool.js';
import { readTapSource, type TapSource } from './tap-address.js';

/** A key of this node and its id. */
export type NodeKeyConfig = Pick<NonNullable<ReturnType<typeof parseNodeKey>>, 'keyId' | 'key'>;

/** What an agent is told. */
export interface AgentConfig {
  readonly tap: TapSource;
  readonly gateway: string;
  /** `<keyId>.<secret>` of the node. */
  readonly key: string;
  /** The key that batches and reports are tagged with; undefined: the gateway vouches for them. */
  readonly nodeKey: NodeKeyConfig | undefined;
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  /** Where the release that the server runs is read. */
  readonly release: ReleaseSources;
  readonly ring: string;
  readonly vantage: number;
  /** Zones the node answers for: REFUSED for one of them is a fault, for any other the client's mistake. */
  readonly zones: readonly string[];
  /** Where batches are kept while the gateway is away; undefined: in memory alone. */
  readonly spool: SpoolConfig | undefined;
  /** Whether an NXDOMAIN is compared with what was answered before. */
  readonly recentNames: boolean;
  /** Whose commands it obeys, and with which programs; undefined: nobody's. */
  readonly commands: CommandsConfig | undefined;
}

/** A configuration, or everything that is wrong with it. */
export type ConfigRead =
  | { readonly config: AgentConfig; readonly problems?: undefined }
  | { readonly problems: readonly string[] };

const TEXT = ['tap', 'gateway', 'key', 'node', 'pop', 'region', 'software-version', 'config-rev'] as const;
const OPTIONAL = ['ring', 'vantage', 'zones', 'node-key', 'spool', 'config'] as const;
type Name = (typeof TEXT)[number] | (typeof OPTIONAL)[number];

/** The variable that stands for a flag: `--config-rev` is `TOCSIN_CONFIG_REV`. */
export const variableOf = (name: Name): string => `TOCSIN_${name.toUpperCase().replaceAll('-', '_')}`;

/** What `--help` says. */
export const USAGE = `tocsin edge agent: dnstap in, outcomes out.

  --config PATH                   a file that says all this, and more (deploy/edge-agent.yml is an example)
  --tap file:PATH | unix:PATH | tcp:[HOST:]PORT
                                  a recording, or where to listen for DNS servers; tcp is 127.0.0.1 unless told
  --tap-remote                    lets other machines connect over tcp, which knows no passwords
  --gateway URL                   where outcomes go
  --key ID.SECRET                 the node's own key; better given as TOCSIN_KEY
  --node-key NODE.N.SECRET        tags every batch with it (tocsin node-key issue); better given as TOCSIN_NODE_KEY,
                                  or TOCSIN_NODE_KEY_FILE
  --node, --pop, --region NAME    which node this is, and where
  --software-version, --config-rev NAME | file:PATH | from:tap
                                  the release it runs; commands are for the file alone
  --ring NAME                     canary, early, prod …
  --vantage server | resolver     what kind of server it is (server)
  --zones LIST | FILE             zones it answers for: a,b,c or a file with one per line
  --spool DIRECTORY               keeps batches on disk while the gateway is away: 256 MiB, a day
  --once                          refuse anything but a recording: it is published, summed up, and that is all
  --check-config                  say what is wrong with the configuration, or what it is without its secrets, and end

Every flag may be given as a variable: --config-rev as TOCSIN_CONFIG_REV. Flags win over variables, variables over the file.`;

/** What the spool may hold when only its directory is told. */
const SPOOL_DEFAULT = { maxBytes: 256 * 1024 * 1024, maxAgeMs: 86_400_000 };
/** The group of the agent's socket may write to it, nobody else. */
const SOCKET_MODE = 0o660;

const readZones = (value: string): string[] => {
  const isFile = value.includes('/') || existsSync(value);
  const lines = isFile ? readFileSync(value, 'utf8').split('\n') : value.split(',');
  return lines.map((line) => normalizeZone(line.replace(/#.*/, ''))).filter((zone) => zone !== '');
};

type Given = Readonly<Record<string, string | undefined>>;

/** Collects what is wrong instead of ending at the first. */
class Reading {
  readonly problems: string[] = [];

  constructor(readonly given: Given) {}

  text(name: Name, fallback?: string): string {
    const value = this.given[name] ?? fallback;
    if (value === undefined || value === '') this.wrong(name, 'is missing');
    return value ?? '';
  }

  name(name: Name): string {
    const value = this.text(name);
    const checked = nameSchema.safeParse(value);
    if (value !== '' && !checked.success) this.wrong(name, checked.error.issues[0]?.message ?? 'is no name');
    return value;
  }

  as<T>(name: Name, expected: string, value: T | undefined, otherwise: T): T {
    if (value === undefined) this.wrong(name, `expected ${expected}`);
    return value ?? otherwise;
  }

  wrong(name: Name, what: string): void {
    // One problem for each: what is missing need not be malformed too.
    if (!this.problems.some((problem) => problem.startsWith(`--${name} `)))
      this.problems.push(`--${name} (${variableOf(name)}): ${what}`);
  }
}

/** A user or password in it would be shown with it. */
const isUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).username === '';

const zonesOf = (reading: Reading, file: ConfigFile): string[] => {
  const value = reading.given['zones'] ?? file.zones_file;
  try {
    if (value !== undefined) return readZones(value);
    return (file.zones ?? []).map(normalizeZone).filter((zone) => zone !== '');
  } catch (error) {
    reading.wrong('zones', `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
};

const vantageOf = (text: string): number | undefined =>
  text === 'server' || text === 'resolver' ? VANTAGE[text] : undefined;

/** A key of another node would have every batch refused: said here, where somebody reads it. */
const nodeKeyFor = (reading: Reading, nodeId: string): NodeKeyConfig | undefined => {
  const text = reading.given['node-key'];
  if (text === undefined || text === '') return undefined;
  const parsed = parseNodeKey(text);
  if (parsed === undefined) reading.wrong('node-key', 'expected NODE.N.SECRET, as it was issued');
  else if (parsed.nodeId !== nodeId) reading.wrong('node-key', `is a key of ${parsed.nodeId}, not of ${nodeId}`);
  return parsed;
};

const sourceInFile = (told: ReleaseInFile): ReleaseSource => {
  if (typeof told === 'string') return { kind: 'literal', name: told };
  if ('file' in told) return { kind: 'file', path: told.file };
  return 'from' in told ? { kind: 'tap' } : { kind: 'command', words: told.command, timeoutMs: told.timeout };
};

const sourceOf = (
  reading: Reading,
  name: 'software-version' | 'config-rev',
  told: ReleaseInFile | undefined,
): ReleaseSource => {
  const given = reading.given[name];
  if (given === undefined && told !== undefined) return sourceInFile(told);
  if (given === 'from:tap') return { kind: 'tap' };
  const [, path] = /^file:(.+)$/.exec(given ?? '') ?? [];
  return path === undefined ? { kind: 'literal', name: reading.name(name) } : { kind: 'file', path };
};

const spoolOf = ({ given }: Reading, { spool }: ConfigFile): SpoolConfig | undefined => {
  const directory = given['spool'] ?? spool?.directory;
  if (directory === undefined) return undefined;
  if (spool === undefined) return { directory, ...SPOOL_DEFAULT };
  return { directory, maxBytes: spool.max_size, maxAgeMs: spool.max_age };
};

interface Switches {
  readonly isOnce: boolean;
  readonly allowsRemote: boolean;
}

const tapOf = (reading: Reading, { tap }: ConfigFile, { isOnce, allowsRemote }: Switches): TapSource => {
  const mode = tap?.socket_mode === undefined ? SOCKET_MODE : Number.parseInt(tap.socket_mode, 8);
  const rules = { mode, allowsRemote: allowsRemote || tap?.allow_remote === true };
  const inFile = reading.given['tap'] === undefined ? tap?.listen : undefined;
  const source = readTapSource(inFile ?? [reading.text('tap')], rules);
  if (typeof source === 'string') reading.wrong('tap', source);
  else if (isOnce && source.kind !== 'file') reading.wrong('tap', '--once reads a file');
  return typeof source === 'string' ? { kind: 'file', path: '' } : source;
};

const build = (reading: Reading, file: ConfigFile, switches: Switches): AgentConfig => {
  const tap = tapOf(reading, file, switches);
  const gateway = reading.text('gateway');
  const key = reading.text('key');
  const nodeId = reading.name('node');
  return {
    tap,
    gateway: reading.as('gateway', 'an http(s) URL without a user', isUrl(gateway) ? gateway : undefined, ''),
    key: reading.as('key', 'ID.SECRET', /^[^\s.]+\.\S+$/.test(key) ? key : undefined, ''),
    nodeKey: nodeKeyFor(reading, nodeId),
    nodeId,
    pop: reading.name('pop'),
    region: reading.name('region'),
    release: {
      softwareVersion: sourceOf(reading, 'software-version', file.release?.software_version),
      configRev: sourceOf(reading, 'config-rev', file.release?.config_rev),
    },
    ring: reading.given['ring'] === undefined ? '' : reading.name('ring'),
    vantage: reading.as('vantage', 'server or resolver', vantageOf(reading.text('vantage', 'server')), 0),
    zones: zonesOf(reading, file),
    spool: spoolOf(reading, file),
    recentNames: file.recent_names ?? true,
    commands: file.commands,
  };
};

/** What the file says where a flag or a variable could. */
const givenIn = ({ node, gateway }: ConfigFile): Given => ({
  gateway: gateway?.url,
  key: gateway?.key_file?.reveal(),
  node: node?.id,
  pop: node?.pop,
  region: node?.region,
  ring: node?.ring,
  vantage: node?.vantage,
  'node-key': node?.key_file?.reveal(),
});

/** Reads flags, variables for what no flag says, and the file that `--config` names for what neither says. */
export const readAgentConfig = (words: readonly string[], variables: Environment): ConfigRead => {
  const names = [...TEXT, ...OPTIONAL];
  const text = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const boolean = { type: 'boolean' as const };
  const flag = { once: boolean, 'tap-remote': boolean, 'check-config': boolean };
  try {
    const { values } = parseArgs({ args: [...words], options: { ...text, ...flag }, strict: true });
    const flags: Readonly<Record<string, unknown>> = values;
    const told = (name: Name): string | undefined => {
      const value = flags[name];
      return typeof value === 'string' ? value : secretOf(variables, variableOf(name));
    };
    const path = told('config');
    const { config: file = {}, problems } = path === undefined ? {} : readYamlConfigFile(configFileSchema, path);
    if (problems !== undefined) return { problems };
    const inFile = givenIn(file);
    const reading = new Reading(Object.fromEntries(names.map((name) => [name, told(name) ?? inFile[name]])));
    const switches = { isOnce: values.once === true, allowsRemote: values['tap-remote'] === true };
    const config = build(reading, file, switches);
    return reading.problems.length > 0 ? { problems: reading.problems } : { config };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
};

/** What an operator gives to programs may be a token: the names tell enough. */
const redactedCommands = ({ environment, ...rest }: CommandsConfig): Readonly<Record<string, unknown>> => ({
  ...rest,
  environment: Object.keys(environment),
});

/** A configuration as it may be shown: without its secrets. */
export const redacted = ({
  key,
  nodeKey,
  zones,
  commands,
  ...rest
}: AgentConfig): Readonly<Record<string, unknown>> => ({
  ...rest,
  ...(commands === undefined ? {} : { commands: redactedCommands(commands) }),
  key: `${key.split('.')[0] ?? ''}.…`,
  ...(nodeKey === undefined ? {} : { nodeKey: `${nodeKey.keyId}.…` }),
  zones: zones.length,
});
