import { parseArgs } from 'node:util';
import { AUTHORITY_COMMANDS, readAuthorityArguments } from './authority-arguments.js';
import type { Common } from './connection.js';
import { isDeliveryCommand, readDeliveryArguments } from './delivery-arguments.js';
import type { DoorAsked } from './door-arguments.js';
import { readDrillArguments } from './drill-arguments.js';
import { type GateAsked, readGateArguments } from './gate-arguments.js';
import { type GateShowAsked, readGateShowArguments } from './gate-show-arguments.js';
import { readAlertArguments } from './alert-arguments.js';
import { type AuditVerifyAsked, readAuditArguments } from './audit-arguments.js';
import { readIncidentArguments } from './incident-arguments.js';
import { type OnCallAsked, readOnCallArguments } from './on-call-arguments.js';
import { readSilenceArguments, type SilenceOptions, type WantedOfSilences } from './quiet-arguments.js';
import { readReplayArguments, type ReplayAsked } from './replay-arguments.js';
import { readAttachArguments, readStatusUpdateArguments } from './report-arguments.js';
import { readRolloutArguments } from './rollout-arguments.js';
import { COMMANDS } from './commands.js';
import { type Shell, SHELLS } from './completion.js';
import { isFleetCommand, readFleetArguments } from './fleet-arguments.js';
import { readKeyArguments } from './key-arguments.js';
import { readTailArguments, type TailAsked } from './tail-arguments.js';
import type { Program } from './processes.js';
import { UsageError } from './usage-error.js';

export { UsageError };

/** What is to be explained: something that was decided, `latest` being the newest incident, or why a rule paged nobody. */
export type WantedOfExplain = { readonly id: string } | { readonly path: string };

/** What is asked of one incident beside the whole of it. */
type OfIncident = {
  [C in 'incident cost' | 'incident runbook' | 'incident post-mortem']: {
    readonly command: C;
    readonly incidentId: string;
  } & Common;
}['incident cost' | 'incident runbook' | 'incident post-mortem'];

/** What was asked for. */
export type Asked =
  | { readonly command: 'help' }
  | ({ readonly command: 'status' } & Common)
  | TailAsked
  | ({ readonly command: 'incident show'; readonly incidentId: string } & Common)
  | OfIncident
  | ({ readonly command: 'impact' } & Common)
  | ({ readonly command: 'customers'; readonly wanted: WantedOfCustomers } & Common)
  | {
      readonly command: 'test';
      readonly paths: readonly string[];
      /** Where the JUnit XML is to go. */
      readonly junit: string | undefined;
      readonly json: boolean;
    }
  | ({ readonly command: 'explain'; readonly wanted: WantedOfExplain } & Common)
  | { readonly command: 'dnstap'; readonly path: string; readonly zones: readonly string[]; readonly json: boolean }
  | ({ readonly command: 'node-key'; readonly wanted: WantedOfNodeKeys } & Common)
  | {
      readonly command: 'check';
      readonly paths: readonly string[];
      readonly catalogue: string | undefined;
      readonly json: boolean;
    }
  | ({ readonly command: 'silence'; readonly wanted: WantedOfSilences } & Common)
  | ({ readonly command: 'maintenance' } & Common)
  | { readonly command: 'completion'; readonly shell: Shell }
  | { readonly command: 'program'; readonly program: Program; readonly args: readonly string[] }
  | ({ readonly command: 'doctor' } & Common)
  | DoorAsked
  | OnCallAsked
  | AuditVerifyAsked
  | GateAsked
  | GateShowAsked
  | ReplayAsked;

/** What is wanted of the keys of nodes. */
export type WantedOfNodeKeys =
  | { readonly action: 'ls' }
  | { readonly action: 'issue'; readonly nodeId: string; readonly comment: string }
  | { readonly action: 'revoke'; readonly keyId: string; readonly comment: string };

/** What is wanted of the customers. */
export type WantedOfCustomers =
  | { readonly action: 'ls'; readonly filter: Readonly<Record<string, string>> }
  | { readonly action: 'import'; readonly file: string; readonly dryRun: boolean; readonly comment?: string }
  | { readonly action: 'export'; readonly file: string };

/** The first words of all commands. */
const WORDS = [...new Set(COMMANDS.map(({ name }) => name.split(' ', 1)[0] ?? ''))].join(', ');

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        url: { type: 'string' },
        key: { type: 'string' },
        zones: { type: 'string' },
        where: { type: 'string', multiple: true },
        for: { type: 'string' },
        from: { type: 'string' },
        comment: { type: 'string' },
        junit: { type: 'string' },
        'why-not': { type: 'string' },
        subject: { type: 'string' },
        at: { type: 'string' },
        catalogue: { type: 'string' },
        tier: { type: 'string' },
        sector: { type: 'string' },
        country: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

const noMore = (rest: readonly string[]): void => {
  if (rest.length > 0) throw new UsageError(`unexpected argument ${rest[0]}`);
};

/** Commands that take `--comment` here; the others read what follows them on their own. */
const COMMENTED: ReadonlySet<string> = new Set(['silence', 'node-key', 'customers']);

const why = (what: string, comment: string | undefined): string => {
  if (comment === undefined || comment.trim() === '')
    throw new UsageError(`${what}: expected --comment, which says to the others why`);
  return comment;
};

const nodeKeyOf = ([action, name, ...more]: readonly string[], comment: string | undefined): WantedOfNodeKeys => {
  noMore(more);
  switch (action) {
    case 'ls':
      noMore(name === undefined ? [] : [name]);
      return { action };
    case 'issue':
      if (name === undefined) throw new UsageError('node-key issue: expected the name of a node');
      return { action, nodeId: name, comment: why('node-key issue', comment) };
    case 'revoke':
      if (name === undefined) throw new UsageError('node-key revoke: expected the id of a key');
      return { action, keyId: name, comment: why('node-key revoke', comment) };
    case undefined:
    default:
      throw new UsageError(`node-key ${action ?? ''}: expected node-key ls, issue <node> or revoke <key id>`);
  }
};

const shellOf = ([shell, ...more]: readonly string[]): Shell => {
  noMore(more);
  const known = SHELLS.find((each) => each === shell);
  if (known === undefined) throw new UsageError(`completion ${shell ?? ''}: expected ${SHELLS.join(', ')}`);
  return known;
};

interface WhyNotOptions {
  readonly subject?: string | undefined;
  readonly at?: string | undefined;
}

const explainOf = (
  [id, ...more]: readonly string[],
  rule: string | undefined,
  asked: WhyNotOptions,
): WantedOfExplain => {
  const { subject, at } = asked;
  noMore(more);
  if (rule === undefined) {
    if (id === undefined) throw new UsageError('explain: expected an id, or --why-not <rule>');
    if (subject !== undefined || at !== undefined) throw new UsageError('--subject and --at belong to --why-not');
    return { id };
  }
  noMore(id === undefined ? [] : [id]);
  const query = new URLSearchParams({
    ...(subject === undefined ? {} : { subject }),
    ...(at === undefined ? {} : { at }),
  });
  return { path: `/v1/why-not/${encodeURIComponent(rule)}${query.size === 0 ? '' : `?${query.toString()}`}` };
};

type Values = ReturnType<typeof parse>['values'];

const customersOf = ([action, file, ...more]: readonly string[], values: Values): WantedOfCustomers => {
  noMore(more);
  if (action === 'ls') {
    noMore(file === undefined ? [] : [file]);
    const { tier, sector, country } = values;
    const given = Object.entries({ tier, sector, country }).filter(
      (each): each is [string, string] => each[1] !== undefined,
    );
    return { action, filter: Object.fromEntries(given) };
  }
  if (file === undefined || (action !== 'import' && action !== 'export'))
    throw new UsageError(`customers ${action ?? ''}: expected customers ls, import <file> or export <file>`);
  if (action === 'export') return { action, file };
  const { comment } = values;
  return { action, file, dryRun: values['dry-run'], ...(comment === undefined ? {} : { comment }) };
};

const INCIDENT_ACTIONS = ['show', 'cost', 'runbook', 'post-mortem'] as const;

const incidentOf = ([action, incidentId, ...more]: readonly string[], common: Common): Asked => {
  const known = INCIDENT_ACTIONS.find((each) => each === action);
  if (known === undefined)
    throw new UsageError(
      `incident ${action ?? ''}: expected incident ${INCIDENT_ACTIONS.join(', ')} <id|latest>, or attach, hand-over, snooze or note and an id`,
    );
  if (incidentId === undefined) throw new UsageError(`incident ${known}: expected an incident id`);
  noMore(more);
  return { command: `incident ${known}`, incidentId, ...common };
};

/** Commands that read what follows them by themselves. */
const readFamily = ([first = '', ...rest]: readonly string[]): Asked | undefined => {
  if (first === 'on-call') return readOnCallArguments(rest);
  if (first === 'rollout') return readRolloutArguments(rest);
  if (first === 'status-update') return readStatusUpdateArguments(rest);
  if (first === 'alert') return readAlertArguments(rest);
  if (first === 'drill') return readDrillArguments(rest);
  if (first === 'tail') return readTailArguments(rest);
  if (first === 'key') return readKeyArguments(rest);
  if (first === 'audit') return readAuditArguments(rest);
  if (first === 'up' || first === 'demo') return { command: 'program', program: first, args: rest };
  if (isFleetCommand(first)) return readFleetArguments(first, rest);
  if (first === 'incident')
    return rest[0] === 'attach' ? readAttachArguments(rest.slice(1)) : readIncidentArguments(rest);
  if (Object.hasOwn(AUTHORITY_COMMANDS, first)) return readAuthorityArguments(first, rest);
  if (isDeliveryCommand(first)) return readDeliveryArguments(first, rest);
  if (first !== 'gate') return undefined;
  const [action = '', ...more] = rest;
  if (action === 'show') return readGateShowArguments(more);
  if (action === 'simulate') return readGateArguments(rest);
  throw new UsageError(`gate ${action}: expected gate show <rollout>, or simulate`);
};

const refuseForeign = (command: string | undefined, { comment, ...ofSilences }: SilenceOptions): void => {
  if (command !== 'silence' && Object.values(ofSilences).some((value) => value !== undefined))
    throw new UsageError('--where, --for and --from belong to silence add');
  if (comment !== undefined && !COMMENTED.has(command ?? ''))
    throw new UsageError('--comment belongs to silence, node-key and customers import');
};

/** Reads the arguments; throws a UsageError when they make no sense. */
export const readArguments = (args: readonly string[]): Asked => {
  const [first] = args;
  const family = args.includes('--help') || args.includes('-h') ? undefined : readFamily(args);
  if (family !== undefined) return family;
  if ((first === 'replay' || first === 'backtest' || first === 'sweep') && !args.includes('--help'))
    return readReplayArguments(first, args.slice(1));
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  if (values.help || command === 'help') return { command: 'help' };
  const common: Common = { json: values.json, url: values.url, key: values.key };
  if (values.junit !== undefined && command !== 'test') throw new UsageError('--junit belongs to test');
  const whyNot = [values['why-not'], values.subject, values.at];
  if (command !== 'explain' && whyNot.some((value) => value !== undefined))
    throw new UsageError('--why-not, --subject and --at belong to explain');
  const ofCustomers = [values.tier, values.sector, values.country].some((value) => value !== undefined);
  if ((ofCustomers || values['dry-run']) && command !== 'customers')
    throw new UsageError('--tier, --sector, --country and --dry-run belong to customers');
  if (values.zones !== undefined && command !== 'dnstap') throw new UsageError('--zones belongs to dnstap');
  if (values.catalogue !== undefined && command !== 'check') throw new UsageError('--catalogue belongs to check');
  const { where, for: lasting, from, comment } = values;
  const options = { where, for: lasting, from, comment };
  refuseForeign(command, options);
  switch (command) {
    case 'status':
      noMore(rest);
      return { command, ...common };
    case 'explain':
      return { command, wanted: explainOf(rest, values['why-not'], values), ...common };
    case 'incident':
      return incidentOf(rest, common);
    case 'impact':
    case 'doctor':
      noMore(rest);
      return { command, ...common };
    case 'completion':
      return { command, shell: shellOf(rest) };
    case 'customers':
      return { command, wanted: customersOf(rest, values), ...common };
    case 'node-key':
      return { command, wanted: nodeKeyOf(rest, comment), ...common };
    case 'check':
      if (rest.length === 0) throw new UsageError('check: expected a file of rules, or a directory of them');
      return { command, paths: rest, catalogue: values.catalogue, json: values.json };
    case 'silence':
      return { command, wanted: readSilenceArguments(rest, options), ...common };
    case 'maintenance':
      if (rest[0] !== 'ls') throw new UsageError(`maintenance ${rest[0] ?? ''}: expected maintenance ls`);
      noMore(rest.slice(1));
      return { command, ...common };
    case 'dnstap': {
      const [path, ...more] = rest;
      if (path === undefined) throw new UsageError('dnstap: expected a file');
      noMore(more);
      return { command, path, zones: values.zones?.split(',') ?? [], json: values.json };
    }
    case 'test':
      if (rest.length === 0) throw new UsageError('test: expected files of tests');
      return { command, paths: rest, junit: values.junit, json: values.json };
    case undefined:
      throw new UsageError(`expected a command: ${WORDS}`);
    default:
      throw new UsageError(`unknown command ${command}: expected ${WORDS}`);
  }
};
