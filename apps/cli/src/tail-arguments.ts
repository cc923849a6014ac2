import { parseArgs } from 'node:util';
import type { Common } from './connection.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How the tail is written. */
export const TAIL_USAGE: CommandUsage = {
  name: 'tail',
  takes: '[--after POSITION] [--types A,B] [--incident ID] [--rule NAME] [--region NAME]',
  says: 'events as they are recorded; from now on, or from a position; those that name what is said',
  example: 'tail --after 1200 --types AlertFired,IncidentOpened --region us-east',
};

/** What of the events is wanted, as the stream's query has it. */
export type TailFilter = Readonly<Partial<Record<'types' | 'incident' | 'rule' | 'region', string>>>;

/** Events as they are recorded. */
export interface TailAsked extends Common {
  readonly command: 'tail';
  /** Undefined: from now on. */
  readonly after: number | undefined;
  readonly filter: TailFilter;
}

const OPTIONS = {
  json: { type: 'boolean', default: false },
  url: { type: 'string' },
  key: { type: 'string' },
  after: { type: 'string' },
  types: { type: 'string' },
  incident: { type: 'string' },
  rule: { type: 'string' },
  region: { type: 'string' },
} as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], strict: true, allowPositionals: false, options: OPTIONS });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

const positionOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--after ${text}: expected a position, 0 or more`);
  return Number(text);
};

/** Reads what follows `tail`. */
export const readTailArguments = (args: readonly string[]): TailAsked => {
  const { values } = parse(args);
  const { json, url, key, after, types, incident, rule, region } = values;
  const given = Object.entries({ types, incident, rule, region }).filter(([, value]) => value !== undefined);
  const filter: TailFilter = Object.fromEntries(given);
  return { command: 'tail', after: positionOf(after), filter, json, url, key };
};
