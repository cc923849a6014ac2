import { parseArgs } from 'node:util';
import { type NewScheduleOverride, newScheduleOverrideSchema } from '#contracts';
import type { Common } from './connection.js';
import { durationOf, timeOf } from './given-times.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** What is wanted of who is called. */
export type WantedOfOnCall =
  | { readonly action: 'now' }
  | { readonly action: 'shifts'; readonly schedule: string; readonly from?: number; readonly to?: number }
  | { readonly action: 'override'; readonly override: Omit<NewScheduleOverride, 'untilMs'> & Lasting }
  | { readonly action: 'withdraw'; readonly scheduleOverrideId: string; readonly comment?: string }
  | { readonly action: 'load'; readonly file: string; readonly replacesFile: boolean; readonly comment?: string }
  | { readonly action: 'reload'; readonly comment?: string };

/** An end as a moment, or as a length from the beginning. */
export type Lasting = { readonly untilMs: number } | { readonly forMs: number };

/** Who is called, asked or changed; or a file that is checked without a server. */
export type OnCallAsked =
  | ({ readonly command: 'on-call'; readonly wanted: WantedOfOnCall } & Common)
  | {
      readonly command: 'on-call check';
      readonly file: string;
      readonly channels: readonly string[] | undefined;
      readonly json: boolean;
    };

/** How these are written. */
export const ON_CALL_USAGE: readonly CommandUsage[] = [
  {
    name: 'on-call',
    takes: '[now]',
    says: 'who is on call, until when, who follows, and when nobody is',
    example: 'on-call now',
  },
  {
    name: 'on-call shifts',
    takes: '<schedule> [--from TIME] [--to TIME]',
    says: 'who is on call when; two weeks from now unless told',
    example: 'on-call shifts primary',
  },
  {
    name: 'on-call override',
    takes: '<schedule> --person P (--for 2h30m | --until TIME) [--from TIME] --comment WHY',
    says: 'P takes the place of whoever the schedule names',
    example: 'on-call override primary --person ada --for 2h30m --comment dentist',
  },
  {
    name: 'on-call withdraw',
    takes: '<id> [--comment WHY]',
    says: 'end an override',
    example: 'on-call withdraw o-1',
  },
  {
    name: 'on-call check',
    takes: '<file> [--channels A,B]',
    says: 'whether a plan can be loaded: every mistake, with its place, and every gap of the next year',
    example: 'on-call check docs/on-call.yml',
  },
  {
    name: 'on-call load',
    takes: '<file> [--replace-file] [--comment WHY]',
    says: "make a file the plan in force; --replace-file though a server's own file holds it",
    example: 'on-call load docs/on-call.yml',
  },
  {
    name: 'on-call reload',
    takes: '[--comment WHY]',
    says: 'ask the servers to read their own file again',
    example: 'on-call reload',
  },
];

const OPTIONS = {
  json: { type: 'boolean', default: false },
  url: { type: 'string' },
  key: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  person: { type: 'string' },
  for: { type: 'string' },
  until: { type: 'string' },
  comment: { type: 'string' },
  channels: { type: 'string' },
  'replace-file': { type: 'boolean', default: false },
} as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], strict: true, allowPositionals: true, options: OPTIONS });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};
type Values = ReturnType<typeof parse>['values'];

/** Each action with what it names and the options that it takes. */
const ACTIONS: Readonly<Record<string, { readonly names?: string; readonly takes: readonly string[] }>> = {
  now: { takes: [] },
  shifts: { names: 'a schedule', takes: ['from', 'to'] },
  override: { names: 'a schedule', takes: ['person', 'for', 'until', 'from', 'comment'] },
  withdraw: { names: 'the id of an override', takes: ['comment'] },
  check: { names: 'a file', takes: ['channels'] },
  load: { names: 'a file', takes: ['replace-file', 'comment'] },
  reload: { takes: ['comment'] },
};

const lastingOf = ({ for: length, until }: Values): Lasting => {
  if ((length === undefined) === (until === undefined))
    throw new UsageError('on-call override: expected either --for with a duration or --until with a time');
  if (until !== undefined) return { untilMs: timeOf('until', until) };
  return { forMs: durationOf('for', length ?? '') };
};

const overrideOf = (schedule: string, values: Values): WantedOfOnCall => {
  const { person, from, comment } = values;
  const { schedule: name, person: who, comment: why } = newScheduleOverrideSchema.shape;
  if (!who.safeParse(person).success)
    throw new UsageError('on-call override: expected --person with a name of the plan');
  if (!why.safeParse(comment).success)
    throw new UsageError('on-call override: expected --comment, which says to the others why');
  if (!name.safeParse(schedule).success) throw new UsageError(`on-call override ${schedule}: expected a schedule`);
  const begins = from === undefined ? {} : { fromMs: timeOf('from', from) };
  const override = { schedule, person: person ?? '', comment: comment ?? '', ...begins, ...lastingOf(values) };
  return { action: 'override', override };
};

const wantedOf = (action: string, name: string, values: Values): WantedOfOnCall => {
  const why = values.comment === undefined ? {} : { comment: values.comment };
  switch (action) {
    case 'shifts': {
      const { from, to } = values;
      const bounds = { ...(from && { from: timeOf('from', from) }), ...(to && { to: timeOf('to', to) }) };
      return { action, schedule: name, ...bounds };
    }
    case 'override':
      return overrideOf(name, values);
    case 'withdraw':
      return { action, scheduleOverrideId: name, ...why };
    case 'load':
      return { action, file: name, replacesFile: values['replace-file'], ...why };
    case 'reload':
      return { action, ...why };
    default:
      return { action: 'now' };
  }
};

/** Reads what follows `on-call`. */
export const readOnCallArguments = (args: readonly string[]): OnCallAsked => {
  const { values, positionals } = parse(args);
  const [action = 'now', name, ...more] = positionals;
  const known = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (known === undefined)
    throw new UsageError(`on-call ${action}: expected on-call ${Object.keys(ACTIONS).join(', ')}`);
  const taken = new Set(['json', 'url', 'key', ...known.takes]);
  const foreign = Object.entries(values).find(([option, value]) => value !== false && !taken.has(option));
  if (foreign !== undefined) throw new UsageError(`on-call ${action}: takes no --${foreign[0]}`);
  if (known.names !== undefined && name === undefined)
    throw new UsageError(`on-call ${action}: expected ${known.names}`);
  const [unexpected] = known.names === undefined && name !== undefined ? [name] : more;
  if (unexpected !== undefined) throw new UsageError(`unexpected argument ${unexpected}`);
  const { json, url, key } = values;
  if (action === 'check')
    return { command: 'on-call check', file: name ?? '', channels: values.channels?.split(','), json };
  return { command: 'on-call', wanted: wantedOf(action, name ?? '', values), json, url, key };
};
