import { parseArgs } from 'node:util';
import { AUTHORITY_COMMANDS, readAuthorityArguments } from './authority-arguments.js';
import type { Common } from './connection.js';
import { isDeliveryCommand, readDeliveryArguments, readPagesArguments } from './delivery-arguments.js';
import type { DoorAsked } from './door-arguments.js';
import { readDrillArguments } from './drill-arguments.js';
import { type GateAsked, readGateArguments } from './gate-arguments.js';
import { type GateShowAsked, readGateShowArguments, readGatesArguments } from './gate-show-arguments.js';
import { readAlertArguments } from './alert-arguments.js';
import { type AuditVerifyAsked, readAuditArguments } from './audit-arguments.js';
import { readIncidentArguments } from './incident-arguments.js';
import { type OnCallAsked, readOnCallArguments } from './on-call-arguments.js';
import { readMaintenanceArguments, readSilenceArguments } from './quiet-arguments.js';
import { readNodeKeyArguments } from './node-key-arguments.js';
import { type CustomersAsked, readCustomerArguments } from './customer-arguments.js';
import { readApprovalsArguments } from './waiting-arguments.js';
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
  /** Help, of the commands that begin with these words, or of all. */
  | { readonly command: 'help'; readonly of: readonly string[] }
  | ({ readonly command: 'status' } & Common)
  | TailAsked
  | ({ readonly command: 'incident show'; readonly incidentId: string } & Common)
  | OfIncident
  | ({ readonly command: 'impact' } & Common)
  | CustomersAsked
  | {
      readonly command: 'test';
      readonly paths: readonly string[];
      /** Where the JUnit XML is to go. */
      readonly junit: string | undefined;
      readonly json: boolean;
    }
  | ({ readonly command: 'explain'; readonly wanted: WantedOfExplain } & Common)
  | { readonly command: 'dnstap'; readonly path: string; readonly zones: readonly string[]; readonly json: boolean }
  | {
      readonly command: 'check';
      readonly paths: readonly string[];
      readonly catalogue: string | undefined;
      readonly json: boolean;
    }
  | { readonly command: 'completion'; readonly shell: Shell }
  | { readonly command: 'program'; readonly program: Program; readonly args: readonly string[] }
  | ({ readonly command: 'doctor' } & Common)
  | DoorAsked
  | OnCallAsked
  | AuditVerifyAsked
  | GateAsked
  | GateShowAsked
  | ReplayAsked;

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
        junit: { type: 'string' },
        'why-not': { type: 'string' },
        subject: { type: 'string' },
        at: { type: 'string' },
        catalogue: { type: 'string' },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

const noMore = (rest: readonly string[]): void => {
  if (rest.length > 0) throw new UsageError(`unexpected argument ${rest[0]}`);
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

const readGate = (rest: readonly string[]): Asked => {
  const [action = '', ...more] = rest;
  if (action === 'show') return readGateShowArguments(more);
  if (action === 'ls') return readGatesArguments(more);
  if (action === 'simulate') return readGateArguments(rest);
  throw new UsageError(`gate ${action}: expected gate show <rollout>, ls <rollout>, or simulate`);
};

/** Commands that read what follows them by themselves. */
const FAMILIES: Readonly<Record<string, (rest: readonly string[]) => Asked | undefined>> = {
  alert: readAlertArguments,
  approvals: readApprovalsArguments,
  audit: readAuditArguments,
  backtest: (rest) => readReplayArguments('backtest', rest),
  customers: readCustomerArguments,
  demo: (rest) => ({ command: 'program', program: 'demo', args: rest }),
  drill: readDrillArguments,
  gate: readGate,
  incident: (rest) => (rest[0] === 'attach' ? readAttachArguments(rest.slice(1)) : readIncidentArguments(rest)),
  key: readKeyArguments,
  maintenance: readMaintenanceArguments,
  'node-key': readNodeKeyArguments,
  'on-call': readOnCallArguments,
  pages: readPagesArguments,
  replay: (rest) => readReplayArguments('replay', rest),
  rollout: readRolloutArguments,
  silence: readSilenceArguments,
  'status-update': readStatusUpdateArguments,
  sweep: (rest) => readReplayArguments('sweep', rest),
  tail: readTailArguments,
  up: (rest) => ({ command: 'program', program: 'up', args: rest }),
};

const readFamily = ([first = '', ...rest]: readonly string[]): Asked | undefined => {
  if (isFleetCommand(first)) return readFleetArguments(first, rest);
  if (isDeliveryCommand(first)) return readDeliveryArguments(first, rest);
  if (Object.hasOwn(AUTHORITY_COMMANDS, first)) return readAuthorityArguments(first, rest);
  return Object.hasOwn(FAMILIES, first) ? FAMILIES[first]?.(rest) : undefined;
};

/** What every command takes may stand before it as well; behind it is where it is read. */
const commandFirst = (args: readonly string[]): readonly string[] => {
  const [first = ''] = args;
  const width = first === '--json' || /^--(?:url|key)=/.test(first) ? 1 : /^--(?:url|key)$/.test(first) ? 2 : 0;
  return width === 0 || args.length <= width ? args : [...commandFirst(args.slice(width)), ...args.slice(0, width)];
};

/** Reads the arguments; throws a UsageError when they make no sense. */
export const readArguments = (given: readonly string[]): Asked => {
  const args = commandFirst(given);
  const isHelp = args[0] === 'help' || args.includes('--help') || args.includes('-h');
  if (isHelp) return { command: 'help', of: args.filter((each) => each !== 'help' && !each.startsWith('-')) };
  const family = readFamily(args);
  if (family !== undefined) return family;
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  const common: Common = { json: values.json, url: values.url, key: values.key };
  if (values.junit !== undefined && command !== 'test') throw new UsageError('--junit belongs to test');
  const whyNot = [values['why-not'], values.subject, values.at];
  if (command !== 'explain' && whyNot.some((value) => value !== undefined))
    throw new UsageError('--why-not, --subject and --at belong to explain');
  if (values.zones !== undefined && command !== 'dnstap') throw new UsageError('--zones belongs to dnstap');
  if (values.catalogue !== undefined && command !== 'check') throw new UsageError('--catalogue belongs to check');
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
    case 'check':
      if (rest.length === 0) throw new UsageError('check: expected a file of rules, or a directory of them');
      return { command, paths: rest, catalogue: values.catalogue, json: values.json };
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
