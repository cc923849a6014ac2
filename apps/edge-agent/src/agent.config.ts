import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Environment, secretOf } from '#config';
import { nameSchema, parseNodeKey, VANTAGE } from '#contracts';
import { normalizeZone } from '#domain';

/** Where dnstap comes from. */
export type TapAddress = { readonly kind: 'file' | 'unix'; readonly path: string };

/** A key of this node and its id. */
export type NodeKeyConfig = Pick<NonNullable<ReturnType<typeof parseNodeKey>>, 'keyId' | 'key'>;

/** What an agent is told. */
export interface AgentConfig {
  readonly tap: TapAddress;
  readonly gateway: string;
  /** `<keyId>.<secret>` of the node. */
  readonly key: string;
  /** The key that batches and reports are tagged with; undefined: the gateway vouches for them. */
  readonly nodeKey: NodeKeyConfig | undefined;
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly softwareVersion: string;
  readonly configRev: string;
  readonly ring: string;
  readonly vantage: number;
  /** Zones the node answers for: REFUSED for one of them is a fault, for any other the client's mistake. */
  readonly zones: readonly string[];
}

/** A configuration, or everything that is wrong with it. */
export type ConfigRead =
  | { readonly config: AgentConfig; readonly problems?: undefined }
  | { readonly problems: readonly string[] };

const TEXT = ['tap', 'gateway', 'key', 'node', 'pop', 'region', 'software-version', 'config-rev'] as const;
const OPTIONAL = ['ring', 'vantage', 'zones', 'node-key'] as const;
type Name = (typeof TEXT)[number] | (typeof OPTIONAL)[number];

/** The variable that stands for a flag: `--config-rev` is `TOCSIN_CONFIG_REV`. */
export const variableOf = (name: Name): string => `TOCSIN_${name.toUpperCase().replaceAll('-', '_')}`;

/** What `--help` says. */
export const USAGE = `tocsin edge agent: dnstap in, outcomes out.

  --tap file:PATH | unix:PATH     a recording, or the socket to listen on for the DNS server
  --gateway URL                   where outcomes go
  --key ID.SECRET                 the node's own key; better given as TOCSIN_KEY
  --node-key NODE.N.SECRET        tags every batch with it (tocsin node-key issue); better given as TOCSIN_NODE_KEY,
                                  or TOCSIN_NODE_KEY_FILE
  --node, --pop, --region NAME    which node this is, and where
  --software-version, --config-rev NAME   the release it runs
  --ring NAME                     canary, early, prod …
  --vantage server | resolver     what kind of server it is (server)
  --zones LIST | FILE             zones it answers for: a,b,c or a file with one per line
  --once                          refuse anything but a recording: it is published, summed up, and that is all
  --check-config                  say what is wrong with the configuration, and end

Every flag may be given as a variable: --config-rev as TOCSIN_CONFIG_REV.`;

const readZones = (value: string): string[] => {
  const isFile = value.includes('/') || existsSync(value);
  const lines = isFile ? readFileSync(value, 'utf8').split('\n') : value.split(',');
  return lines.map((line) => normalizeZone(line.replace(/#.*/, ''))).filter((zone) => zone !== '');
};

const readTap = (value: string): TapAddress | undefined => {
  const [, kind, path = ''] = /^(file|unix):(.+)$/.exec(value) ?? [];
  return kind === 'file' || kind === 'unix' ? { kind, path } : undefined;
};

/** Collects what is wrong instead of ending at the first. */
class Reading {
  readonly problems: string[] = [];

  constructor(private readonly given: Readonly<Record<string, string | undefined>>) {}

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

const isUrl = (text: string): boolean => URL.canParse(text) && /^https?:/.test(text);

const zonesOf = (reading: Reading, value: string | undefined): string[] => {
  try {
    return value === undefined ? [] : readZones(value);
  } catch (error) {
    reading.wrong('zones', `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
};

const vantageOf = (text: string): number | undefined =>
  text === 'server' || text === 'resolver' ? VANTAGE[text] : undefined;

/** A key of another node would have every batch refused: said here, where somebody reads it. */
const nodeKeyFor = (reading: Reading, text: string | undefined, nodeId: string): NodeKeyConfig | undefined => {
  if (text === undefined || text === '') return undefined;
  const parsed = parseNodeKey(text);
  if (parsed === undefined) reading.wrong('node-key', 'expected NODE.N.SECRET, as it was issued');
  else if (parsed.nodeId !== nodeId) reading.wrong('node-key', `is a key of ${parsed.nodeId}, not of ${nodeId}`);
  return parsed;
};

const build = (reading: Reading, given: Readonly<Record<string, string | undefined>>, isOnce: boolean): AgentConfig => {
  const tap = readTap(reading.text('tap'));
  const gateway = reading.text('gateway');
  const key = reading.text('key');
  if (isOnce && tap?.kind === 'unix') reading.wrong('tap', '--once reads a file');
  const nodeId = reading.name('node');
  return {
    tap: reading.as('tap', 'file:PATH or unix:PATH', tap, { kind: 'file', path: '' }),
    gateway: reading.as('gateway', 'an http(s) URL', isUrl(gateway) ? gateway : undefined, ''),
    key: reading.as('key', 'ID.SECRET', /^[^\s.]+\.\S+$/.test(key) ? key : undefined, ''),
    nodeKey: nodeKeyFor(reading, given['node-key'], nodeId),
    nodeId,
    pop: reading.name('pop'),
    region: reading.name('region'),
    softwareVersion: reading.name('software-version'),
    configRev: reading.name('config-rev'),
    ring: given['ring'] === undefined ? '' : reading.name('ring'),
    vantage: reading.as('vantage', 'server or resolver', vantageOf(reading.text('vantage', 'server')), 0),
    zones: zonesOf(reading, given['zones']),
  };
};

/** Reads flags, and variables for what no flag says. */
export const readAgentConfig = (words: readonly string[], variables: Environment): ConfigRead => {
  const names = [...TEXT, ...OPTIONAL];
  const text = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const flag = { once: { type: 'boolean' as const }, 'check-config': { type: 'boolean' as const } };
  try {
    const { values } = parseArgs({ args: [...words], options: { ...text, ...flag }, strict: true });
    const flags: Readonly<Record<string, unknown>> = values;
    const given = Object.fromEntries(
      names.map((name) => {
        const value = flags[name];
        return [name, typeof value === 'string' ? value : secretOf(variables, variableOf(name))];
      }),
    );
    const reading = new Reading(given);
    const config = build(reading, given, values.once === true);
    return reading.problems.length > 0 ? { problems: reading.problems } : { config };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
};
