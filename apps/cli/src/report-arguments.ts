import { type DoorAsked, doorOf, part, readGiven } from './door-arguments.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const REPORT_USAGE: readonly CommandUsage[] = [
  {
    name: 'status-update ls',
    takes: '[<incident>]',
    isList: true,
    says: 'what the public is told, the newest first; drafts that wait for somebody stand as drafted',
    example: 'status-update ls',
  },
  {
    name: 'status-update show',
    takes: '<incident>',
    isList: true,
    says: 'the same, with every text',
    example: 'status-update show in1',
  },
  {
    name: 'status-update publish',
    takes: '<incident> <n> [--text TEXT]',
    says: 'tells the public what was drafted, or a text of your own',
    example: 'status-update publish in1 2 --yes',
  },
  {
    name: 'status-update discard',
    takes: '<incident> <n> --comment WHY',
    says: 'a draft that nobody is to read',
    example: 'status-update discard in1 2 --comment superseded',
  },
  {
    name: 'incident runbook',
    takes: '<id|latest>',
    says: 'commands to check it by hand, filled in; what they mean, and what was attached',
    example: 'incident runbook latest',
  },
  {
    name: 'incident attach',
    takes: '<id> <step> --text OUTPUT',
    says: 'what a command of the runbook answered',
    example: 'incident attach in1 dig-authoritative --text SERVFAIL',
  },
  {
    name: 'incident post-mortem',
    takes: '<id|latest>',
    says: 'looks back on it, as Markdown',
    example: 'incident post-mortem latest',
  },
];

const numberOf = (text: string): string => {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`status update ${text}: expected its number`);
  return text;
};

const pathOf = (incidentId: string, n: string, act: string): string =>
  `/v1/incidents/${part(incidentId)}/status-updates/${numberOf(n)}/${act}`;

const list = (args: readonly string[]): DoorAsked => {
  const [first] = args;
  const isNamed = first !== undefined && !first.startsWith('-');
  const path = isNamed ? `/v1/incidents/${part(first)}/status-updates` : '/v1/status-updates';
  const list = { what: 'status-update ls', path, rows: 'statusUpdates', shows: 'status-updates' } as const;
  return readList(isNamed ? args.slice(1) : args, list);
};

const NAMES = ['an incident', 'the number of the update'] as const;

const publish = (args: readonly string[]): DoorAsked => {
  const given = readGiven('status-update publish', args, NAMES, ['text', 'yes']);
  const [incidentId = '', n = ''] = given.named;
  const { text } = given.values;
  const body = text === undefined ? {} : { text };
  return doorOf(given, {
    method: 'post',
    path: pathOf(incidentId, n, 'publish'),
    body,
    shows: 'status-updates',
    confirm: n,
  });
};

const discard = (args: readonly string[]): DoorAsked => {
  const given = readGiven('status-update discard', args, NAMES, ['comment', 'yes']);
  const [incidentId = '', n = ''] = given.named;
  const { comment } = given.values;
  if (comment === undefined) throw new UsageError('status-update discard: expected --comment');
  return doorOf(given, {
    method: 'post',
    path: pathOf(incidentId, n, 'discard'),
    body: { comment },
    shows: 'status-updates',
    confirm: n,
  });
};

const show = (args: readonly string[]): DoorAsked =>
  readList(args, {
    what: 'status-update show',
    names: ['an incident'],
    path: ([incidentId = '']) => `/v1/incidents/${part(incidentId)}/status-updates`,
    rows: 'statusUpdates',
    shows: 'status-texts',
  });

const ACTIONS: Readonly<Record<string, (args: readonly string[]) => DoorAsked>> = { ls: list, show, publish, discard };

/** Reads what follows `status-update`. */
export const readStatusUpdateArguments = ([action = 'ls', ...rest]: readonly string[]): DoorAsked => {
  const read = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (read === undefined)
    throw new UsageError(`status-update ${action}: expected status-update ${Object.keys(ACTIONS).join(', ')}`);
  return read(rest);
};

/** Reads what follows `incident attach`. */
export const readAttachArguments = (args: readonly string[]): DoorAsked => {
  const given = readGiven('incident attach', args, ['an incident', 'a step of its runbook'], ['text', 'yes']);
  const [incidentId = '', step = ''] = given.named;
  const { text } = given.values;
  if (text === undefined) throw new UsageError('incident attach: expected --text');
  const path = `/v1/incidents/${part(incidentId)}/runbook/${part(step)}/results`;
  return doorOf(given, { method: 'post', path, body: { output: text }, shows: 'runbook', confirm: step });
};
