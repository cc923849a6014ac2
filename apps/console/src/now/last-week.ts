import { count, latency, money } from '../ui/figures.js';
import type { MinuteAnswer } from './now-document.js';

/** A week before, to the minute: a fleet's day is not like the day before it, and like the same day of the week before. */
export const WEEK_MS = 7 * 86_400_000;
const MINUTE_MS = 60_000;

/** The minute that is compared with, of a moment: whole, and a week earlier. */
export const minuteBefore = (now: number): { readonly from: string; readonly to: string } => {
  const to = Math.floor(now / MINUTE_MS) * MINUTE_MS - WEEK_MS;
  return { from: new Date(to - MINUTE_MS).toISOString(), to: new Date(to).toISOString() };
};

/** What was a week ago; a figure is null where nothing was asked, or nothing is kept of that time. */
export interface LastWeek {
  readonly success: number | null;
  readonly p99: number | 'timeout' | null;
  readonly customers: number | null;
  readonly dollarsPerMinute: number | null;
}

const NOTHING: LastWeek = { success: null, p99: null, customers: null, dollarsPerMinute: null };

/** The figures of the minute; without any query there is no figure, and nobody who could have been hurt. */
export const lastWeekOf = ({ windows, affectedCustomers }: MinuteAnswer): LastWeek => {
  const [minute] = windows?.windows ?? [];
  if (minute === undefined || minute.good + minute.bad === 0) return NOTHING;
  return {
    success: minute.success,
    p99: minute.p99 as LastWeek['p99'],
    customers: affectedCustomers?.affectedCustomers ?? null,
    dollarsPerMinute: affectedCustomers?.dollarsPerMinute ?? null,
  };
};

/** What is said where there is nothing to compare with. */
const NO_DATA = 'no data of last week';

const signed = (difference: number, show: (value: number) => string): string =>
  difference === 0 ? 'as last week' : `${difference > 0 ? '+' : '−'}${show(Math.abs(difference))} against last week`;

/** The difference of two figures in words; of a latency that is a timeout no difference can be told. */
const against = (
  now: number | 'timeout' | null | undefined,
  before: number | 'timeout' | null,
  show: (value: number) => string,
): string => {
  if (before === null) return NO_DATA;
  if (now == null) return '';
  if (now === 'timeout' || before === 'timeout') return `${before === 'timeout' ? 'timeout' : show(before)} last week`;
  return signed(now - before, show);
};

/** Of each tile what it says against the same minute of last week. */
export const deltasOf = (
  now: {
    readonly success: number | null | undefined;
    readonly p99: number | 'timeout' | null | undefined;
    readonly customers: number | undefined;
    readonly dollarsPerMinute: number | undefined;
  },
  before: LastWeek,
): Readonly<Record<keyof LastWeek, string>> => ({
  success: against(now.success, before.success, (value) => `${value.toFixed(2)} points`),
  p99: against(now.p99, before.p99, latency),
  customers: against(now.customers, before.customers, count),
  dollarsPerMinute: against(now.dollarsPerMinute, before.dollarsPerMinute, money),
});
