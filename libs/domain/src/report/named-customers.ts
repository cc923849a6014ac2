import type { ReportedEvent } from './post-mortem-source.js';
import { tellingsOf } from './study-delays.js';

/** Who was told by name for the first time, and who is not told any more. */
export interface NamedCustomers {
  readonly atMs: number;
  readonly text: string;
}

const MINUTE_MS = 60_000;

interface Change {
  readonly atMs: number;
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

const listed = (names: readonly string[], most: number): string =>
  names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');

/** Names of one line: twice as many as an impact names; the rest is counted. */
const NAMES_MAX = 40;

/**
 * Who is hurt by name, minute by minute: each customer once when it first stands among the worst twenty that are told, and once when it
 * stands among them for the last time before it does not any more.
 */
export const namedCustomers = (events: readonly ReportedEvent[], fromMs: number): readonly NamedCustomers[] => {
  const tellings = tellingsOf(events);
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  const names = new Map<string, string>();
  tellings.forEach(({ impact }, index) => {
    for (const { customerId, name } of impact.top) {
      names.set(customerId, name);
      if (!first.has(customerId)) first.set(customerId, index);
      last.set(customerId, index);
    }
  });
  const named = (of: ReadonlyMap<string, number>, index: number): readonly string[] =>
    [...of].flatMap(([customerId, at]) => (at === index ? [names.get(customerId) ?? customerId] : []));
  const byMinute = new Map<number, Change>();
  tellings.forEach(({ atMs }, index) => {
    const minute = Math.floor((atMs - fromMs) / MINUTE_MS);
    const before = byMinute.get(minute);
    const joined = [...(before?.joined ?? []), ...named(first, index)];
    const left = [...(before?.left ?? []), ...named(last, index - 1)];
    byMinute.set(minute, { atMs, joined, left });
  });
  return [...byMinute.values()].flatMap(({ atMs, joined, left }) => [
    ...(joined.length === 0 ? [] : [{ atMs, text: `hurt, by name: ${listed(joined, NAMES_MAX)}` }]),
    ...(left.length === 0 ? [] : [{ atMs, text: `not among the worst hurt any more: ${listed(left, NAMES_MAX)}` }]),
  ]);
};
