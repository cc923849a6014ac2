import { parseArgs } from 'node:util';
import type { Common } from './connection.js';
import { UsageError } from './usage-error.js';

/** Which part of a list is wanted. */
export interface WantedOfList {
  /** Under which name the answer has its rows. */
  readonly rows: string;
  /** Most rows; `all`: page by page, as they come. */
  readonly limit: number | 'all';
  /** The cursor behind which it begins; absent: at its beginning. */
  readonly after?: string;
}

/** One request to the API, and how its answer is shown. */
export interface DoorRequest {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  /** Present: the path is that of a list, whose pages are followed. */
  readonly list?: WantedOfList;
  readonly body?: unknown;
  readonly shows: DoorView;
  /** What a person types before it is sent; absent: nothing happens by it. */
  readonly confirm?: string;
}

/** How an answer is shown. */
export type DoorView =
  | 'rollouts'
  | 'rollout'
  | 'preview'
  | 'effect'
  | 'gates'
  | 'rollback'
  | 'rollbacks'
  | 'releases'
  | 'automation'
  | 'overrides'
  | 'approvals'
  | 'breakers'
  | 'fallbacks'
  | 'redirect'
  | 'redirects'
  | 'deliveries'
  | 'delivery'
  | 'pages'
  | 'channels'
  | 'channel'
  | 'tested'
  | 'status-updates'
  | 'status-texts'
  | 'runbook'
  | 'drills'
  | 'incident'
  | 'incidents'
  | 'alerts'
  | 'alert'
  | 'silences'
  | 'silence-preview'
  | 'maintenance'
  | 'keys'
  | 'key'
  | 'revoked-key'
  | 'node-keys'
  | 'revoked-node-key'
  | 'nodes'
  | 'customers'
  | 'commands'
  | 'command'
  | 'rules'
  | 'rule-sets'
  | 'asked'
  | 'acts'
  | 'act';

/** A command that is one request to the API. */
export interface DoorAsked extends Common {
  readonly command: 'door';
  readonly request: DoorRequest;
  /** Sent without asking. */
  readonly yes: boolean;
  /** Ask again and show what changed, until it is over. */
  readonly watch: boolean;
}

/** Every option of these commands. */
const OPTIONS = {
  json: { type: 'boolean', default: false },
  url: { type: 'string' },
  key: { type: 'string' },
  yes: { type: 'boolean', default: false },
  comment: { type: 'string' },
  to: { type: 'string' },
  for: { type: 'string' },
  watch: { type: 'boolean', short: 'w', default: false },
  wait: { type: 'boolean', default: false },
  timeout: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  service: { type: 'string' },
  release: { type: 'string' },
  previous: { type: 'string' },
  nodes: { type: 'string' },
  driving: { type: 'boolean', default: false },
  plan: { type: 'string' },
  stage: { type: 'string' },
  risk: { type: 'string' },
  author: { type: 'string' },
  text: { type: 'string' },
  items: { type: 'string' },
  since: { type: 'string' },
  count: { type: 'string' },
  unsafe: { type: 'boolean', default: false },
  failed: { type: 'boolean', default: false },
  rails: { type: 'string' },
  eta: { type: 'string' },
  no: { type: 'boolean', default: false },
  status: { type: 'string' },
  channel: { type: 'string' },
  incident: { type: 'string' },
  'dedup-key': { type: 'string' },
  role: { type: 'string' },
  node: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
  actor: { type: 'string' },
  subject: { type: 'string' },
  stream: { type: 'string' },
  type: { type: 'string' },
  from: { type: 'string' },
  where: { type: 'string', multiple: true },
  tier: { type: 'string' },
  sector: { type: 'string' },
  country: { type: 'string' },
  limit: { type: 'string' },
  all: { type: 'boolean', default: false },
  after: { type: 'string' },
} as const;

/** The name of an option. */
export type DoorOption = keyof typeof OPTIONS;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], strict: true, allowPositionals: true, options: OPTIONS });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

/** What was given. */
export type DoorValues = ReturnType<typeof parse>['values'];

const COMMON: readonly string[] = ['json', 'url', 'key'];

/** The arguments behind a command and its action, with no option that the action does not take, and no argument more than it names. */
export interface DoorGiven {
  readonly values: DoorValues;
  /** As many as `names`. */
  readonly named: readonly string[];
}

/** Reads what follows an action. */
export const readGiven = (
  what: string,
  args: readonly string[],
  names: readonly string[],
  takes: readonly DoorOption[],
): DoorGiven => {
  const { values, positionals } = parse(args);
  const taken = new Set<string>([...COMMON, ...takes]);
  const foreign = Object.entries(values).find(([name, value]) => value !== false && !taken.has(name));
  if (foreign !== undefined) throw new UsageError(`${what}: takes no --${foreign[0]}`);
  if (positionals.length < names.length) throw new UsageError(`${what}: expected ${names[positionals.length] ?? ''}`);
  if (positionals.length > names.length) throw new UsageError(`unexpected argument ${positionals[names.length] ?? ''}`);
  return { values, named: positionals };
};

/** An option that must be there. */
export const required = (what: string, name: DoorOption, value: string | undefined): string => {
  if (value === undefined || value.trim() === '') throw new UsageError(`${what}: expected --${name}`);
  return value;
};

/** The body of an act that may say why. */
export const maybeBecause = ({ comment }: DoorValues): { readonly comment?: string } =>
  comment === undefined ? {} : { comment };

/** `v2.1.5+c42` as a release. */
export const releaseOf = (text: string): { readonly softwareVersion: string; readonly configRev: string } => {
  const [softwareVersion = '', configRev = '', ...more] = text.split('+');
  if (softwareVersion === '' || configRev === '' || more.length > 0)
    throw new UsageError(`${text}: expected a release such as v2.1.5+c42`);
  return { softwareVersion, configRev };
};

/** A part of a path. */
export const part = encodeURIComponent;

/** A command from its request. */
export const doorOf = ({ values }: DoorGiven, request: DoorRequest): DoorAsked => ({
  command: 'door',
  request,
  yes: values.yes,
  watch: values.watch,
  json: values.json,
  url: values.url,
  key: values.key,
});
