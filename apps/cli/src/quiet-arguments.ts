import {
  DURATION_EXPECTED,
  newSilenceSchema,
  type NewSilence,
  readDuration,
  SELECTOR_LABELS,
  selectorSchema,
} from '#contracts';
import { UsageError } from './usage-error.js';

/** What is wanted of silences. */
export type WantedOfSilences =
  | { readonly action: 'add'; readonly silence: NewSilence }
  | { readonly action: 'ls' }
  | { readonly action: 'expire'; readonly silenceId: string; readonly comment?: string | undefined };

/** The options that belong to `silence add`, as they were given. */
export interface SilenceOptions {
  readonly where: readonly string[] | undefined;
  readonly for: string | undefined;
  readonly from: string | undefined;
  readonly comment: string | undefined;
}

const durationOf = (text: string): number => {
  const ms = readDuration(text) ?? 0;
  if (ms === 0) throw new UsageError(`${text}: ${DURATION_EXPECTED}`);
  return ms;
};

const timeOf = (text: string): number => {
  // Without a zone a time would mean another moment on another machine.
  const ms = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw new UsageError(`--from ${text}: expected a time with its zone, such as 2021-07-22T10:00Z`);
  return ms;
};

const selectorOf = (conditions: readonly string[]): NewSilence['where'] => {
  const where: Record<string, string[]> = {};
  for (const condition of conditions) {
    const [label = '', patterns = ''] = condition.split(/=(.*)/s);
    if (patterns === '') throw new UsageError(`--where ${condition}: expected label=pattern`);
    where[label] = [...(where[label] ?? []), ...patterns.split(',')];
  }
  const selector = selectorSchema.safeParse(where);
  if (!selector.success)
    throw new UsageError(`--where: expected labels of ${SELECTOR_LABELS.join(', ')}, each with patterns such as us-*`);
  return selector.data;
};

const silenceOf = ({ where, for: lasting, from, comment }: SilenceOptions): NewSilence => {
  if (where === undefined) throw new UsageError('silence add: expected --where label=pattern, once or more');
  if (lasting === undefined) throw new UsageError('silence add: expected --for with a duration, such as 2h30m');
  if (comment === undefined || comment.trim() === '')
    throw new UsageError('silence add: expected --comment, which says to the others why');
  const startsAtMs = from === undefined ? {} : { startsAtMs: timeOf(from) };
  const wanted = { where: selectorOf(where), durationMs: durationOf(lasting), comment, ...startsAtMs };
  const silence = newSilenceSchema.safeParse(wanted);
  if (!silence.success) throw new UsageError(`silence add: ${silence.error.issues[0]?.message ?? 'not understood'}`);
  return silence.data;
};

/** Reads what follows `silence`. */
export const readSilenceArguments = (rest: readonly string[], options: SilenceOptions): WantedOfSilences => {
  const [action, silenceId, ...more] = rest;
  const { comment, ...ofAdd } = options;
  if (action !== 'add' && Object.values(ofAdd).some((value) => value !== undefined))
    throw new UsageError('--where, --for and --from belong to silence add');
  if (action === 'expire' && silenceId !== undefined && more.length === 0) return { action, silenceId, comment };
  if (action === 'ls' && comment !== undefined) throw new UsageError('silence ls: takes no --comment');
  if (action === 'ls' && silenceId === undefined) return { action };
  if (action === 'add' && silenceId === undefined) return { action, silence: silenceOf(options) };
  throw new UsageError(`silence ${action ?? ''}: expected silence add, ls, or expire <id>`);
};
