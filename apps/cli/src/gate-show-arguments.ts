import type { Common } from './connection.js';
import { type DoorAsked, part, readGiven } from './door-arguments.js';
import { durationOf } from './given-times.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const GATE_SHOW_USAGE: readonly CommandUsage[] = [
  {
    name: 'gate show',
    takes: '<rollout> [--stage S] [--wait [--timeout 3h]]',
    says: 'may the next stage begin: 0 yes, 1 no; --wait asks again until it is yes, or never will be',
    example: 'gate show ro1 --wait --timeout 3h',
  },
  {
    name: 'gate ls',
    takes: '<rollout>',
    isList: true,
    says: 'the gates of its stages, newest first; evidence is positions that tocsin audit show tells of',
    example: 'gate ls ro1',
  },
];

/** Somebody asks a gate. */
export interface GateShowAsked extends Common {
  readonly command: 'gate show';
  readonly rolloutId: string;
  readonly stage: string | undefined;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Twice the longest stage of the default plan, two hours, is when a person is called. */
const TIMEOUT_MS = 4 * 3_600_000;

/** Reads what follows `gate ls`. */
export const readGatesArguments = (args: readonly string[]): DoorAsked =>
  readList(args, {
    what: 'gate ls',
    names: ['the id of a rollout'],
    path: ([rolloutId = '']) => `/v1/rollouts/${part(rolloutId)}/gates`,
    rows: 'gates',
    shows: 'gates',
  });

/** Reads what follows `gate show`. */
export const readGateShowArguments = (args: readonly string[]): GateShowAsked => {
  const { values, named } = readGiven('gate show', args, ['the id of a rollout'], ['stage', 'wait', 'timeout']);
  if (values.timeout !== undefined && !values.wait) throw new UsageError('gate show: --timeout belongs to --wait');
  const timeoutMs = values.timeout === undefined ? TIMEOUT_MS : durationOf('timeout', values.timeout);
  const common = { json: values.json, url: values.url, key: values.key };
  return {
    command: 'gate show',
    rolloutId: named[0] ?? '',
    stage: values.stage,
    wait: values.wait,
    timeoutMs,
    ...common,
  };
};
