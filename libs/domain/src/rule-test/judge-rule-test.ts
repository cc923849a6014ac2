import type { Event } from '#contracts';
import type { PlayedEvent, PlayedRuleTest } from './play-rule-test.js';
import { describeChoice } from './play-rule-test.js';
import { leavingsOf } from './leavings.js';
import type { Expectation, Leaving, RuleTest, Stretch } from './rule-test.js';

type AlertState = Extract<Expectation, { kind: 'alert' }>['state'];

/** What an expectation came to. */
export interface ExpectationVerdict {
  readonly expectation: Expectation;
  /** `page default between 0s and 45s` */
  readonly text: string;
  readonly isMet: boolean;
  /** What there was instead, and what happened around it. */
  readonly found: readonly string[];
}

/** What a test came to. */
export interface RuleTestVerdict {
  readonly test: string;
  readonly isPassed: boolean;
  readonly verdicts: readonly ExpectationVerdict[];
  /** What in the test itself says nothing: a change that concerned no node, or that lies behind its end. */
  readonly faults: readonly string[];
}

/** The state after an event of an alert's stream; other events change none. */
const STATE_AFTER: Readonly<Record<string, AlertState>> = {
  AlertPending: 'pending',
  AlertPendingEnded: 'inactive',
  AlertFired: 'firing',
  AlertRecovering: 'recovering',
  AlertBecameUnknown: 'unknown',
  AlertResumed: 'firing',
  AlertResolved: 'inactive',
};

/** Lines of what happened that a failure shows. */
const LINES_MAX = 12;

/** `0s`, `1m30s`, `250ms`. */
export const describeAfter = (ms: number): string => {
  const [minutes, rest] = [Math.floor(ms / 60_000), ms % 60_000];
  if (rest % 1_000 !== 0) return `${minutes === 0 ? '' : `${minutes}m`}${Number((rest / 1_000).toFixed(3))}s`;
  if (minutes === 0) return `${rest / 1_000}s`;
  return rest === 0 ? `${minutes}m` : `${minutes}m${rest / 1_000}s`;
};

const describeStretch = ({ fromMs, toMs }: Stretch): string =>
  fromMs === toMs ? `at ${describeAfter(fromMs)}` : `between ${describeAfter(fromMs)} and ${describeAfter(toMs)}`;

/** What happened, as one line each. */
interface Happening {
  readonly afterMs: number;
  readonly text: string;
}

interface AlertChange {
  readonly afterMs: number;
  readonly alertId: string;
  readonly state: AlertState;
  readonly text: string;
}

interface NamedAlert {
  readonly rule: string;
  readonly key: string;
}

const textOf = (event: Event): string => {
  const { data } = event;
  if ('reason' in data && typeof data.reason === 'object') return data.reason.text;
  return 'because' in data ? data.because : '';
};

/** Every change of the alerts of a rule (on a key), in order. */
const changesOf = (events: readonly PlayedEvent[], { rule, on }: { rule: string; on?: string | undefined }) => {
  const named = new Map<string, NamedAlert>();
  const changes: AlertChange[] = [];
  for (const { afterMs, event } of events) {
    const state = STATE_AFTER[event.type];
    if (state === undefined || !('alertId' in event.data)) continue;
    const { alertId } = event.data;
    if ('rule' in event.data && 'key' in event.data) named.set(alertId, event.data);
    const alert = named.get(alertId);
    if (alert?.rule !== rule || (on !== undefined && alert.key !== on)) continue;
    changes.push({ afterMs, alertId, state, text: `${rule} on ${alert.key} is ${state}: ${textOf(event)}` });
  }
  return changes;
};

const openStates = (states: Iterable<AlertState>): readonly AlertState[] => {
  const open = [...states].filter((state) => state !== 'inactive');
  return open.length === 0 ? ['inactive'] : open;
};

/** States that the alerts had at the beginning of a stretch and within it; an alert that was never told of is inactive. */
const statesWithin = (changes: readonly AlertChange[], { fromMs, toMs }: Stretch): ReadonlySet<AlertState> => {
  const before = changes.filter(({ afterMs }) => afterMs <= fromMs);
  const now = new Map(before.map(({ alertId, state }) => [alertId, state]));
  const seen = new Set(openStates(now.values()));
  for (const { alertId, state } of changes.filter(({ afterMs }) => afterMs > fromMs && afterMs <= toMs)) {
    now.set(alertId, state);
    for (const each of openStates(now.values())) seen.add(each);
  }
  return seen;
};

/** Inactive it must be all the time, any other state it must reach. */
const hasState = (states: ReadonlySet<AlertState>, state: AlertState): boolean =>
  states.has(state) && (state !== 'inactive' || states.size === 1);

const judgeAlert = (expectation: Extract<Expectation, { kind: 'alert' }>, events: readonly PlayedEvent[]) => {
  const { rule, state, on, at } = expectation;
  const changes = changesOf(events, { rule, on });
  const states = statesWithin(changes, at);
  const text = `alert ${rule}${on === undefined ? '' : ` on ${on}`} is ${state} ${describeStretch(at)}`;
  return {
    text,
    isMet: hasState(states, state),
    instead: `it was ${[...states].join(', then ')}`,
    happenings: changes,
  };
};

/** What was played, and what left because of it. */
interface Judged {
  readonly events: readonly PlayedEvent[];
  readonly leavings: readonly Leaving[];
}

/** Why nothing left: what rails refused stands among the commands. */
const refusalsOf = ({ afterMs, event }: PlayedEvent): readonly Happening[] =>
  event.type === 'RollbackRefused'
    ? [{ afterMs, text: `refused by rail ${event.data.rail}: ${event.data.because}` }]
    : [];

const describeCount = ({ min, max }: { min: number; max: number }): string => {
  if (min === max) return min === 0 ? 'no' : `${min}`;
  return max === Infinity ? `at least ${min}` : `${min} to ${max}`;
};

/** What else says why there is no such thing: a page that was held back, or a command that a rail refused. */
const besideOf = (kind: Leaving['kind'], { events, leavings }: Judged): readonly Happening[] => {
  if (kind === 'command') return events.flatMap(refusalsOf);
  return kind === 'page' ? leavings.filter((each) => each.kind === 'muted') : [];
};

const judgeLeaving = (expectation: Exclude<Expectation, { kind: 'alert' }>, judged: Judged) => {
  const { kind, what, to, count, between } = expectation;
  const all = judged.leavings.filter((each) => each.kind === kind);
  const fit = all.filter(
    (each) =>
      (what === undefined || each.what === what) &&
      (to === undefined || each.to === to) &&
      each.afterMs >= between.fromMs &&
      each.afterMs <= between.toMs,
  );
  const named = [kind, what, to === undefined ? undefined : `to ${to}`].filter((each) => each !== undefined).join(' ');
  const text = `${describeCount(count)} ${named} ${describeStretch(between)}`;
  const isMet = fit.length >= count.min && fit.length <= count.max;
  const happenings = [...all, ...besideOf(kind, judged)].toSorted((a, b) => a.afterMs - b.afterMs);
  return { text, isMet, instead: `there were ${fit.length}`, happenings };
};

const linesOf = (happenings: readonly Happening[]): readonly string[] => {
  const lines = happenings.map(({ afterMs, text }) => `${describeAfter(afterMs).padStart(10)}  ${text}`);
  const more = lines.length - LINES_MAX;
  return more > 0 ? [...lines.slice(0, LINES_MAX), `${more} lines more`] : lines;
};

const judgeExpectation = (expectation: Expectation, judged: Judged): ExpectationVerdict => {
  const { text, isMet, instead, happenings } =
    expectation.kind === 'alert' ? judgeAlert(expectation, judged.events) : judgeLeaving(expectation, judged);
  const lines = happenings.length === 0 ? ['nothing of the kind happened'] : linesOf(happenings);
  return { expectation, text, isMet, found: isMet ? [] : [instead, ...lines] };
};

/** Judges what was played by what was expected. A test with a change that concerned nothing is not passed: it tests something else. */
export const judgeRuleTest = (test: RuleTest, played: PlayedRuleTest): RuleTestVerdict => {
  const judged = { events: played.events, leavings: leavingsOf(played.events, test.onCall) };
  const verdicts = test.expectations.map((expectation) => judgeExpectation(expectation, judged));
  const faults = played.idle.map(
    ({ atMs, where }) => `the change at ${describeAfter(atMs)} concerned nothing: ${describeChoice(where)}`,
  );
  const isPassed = faults.length === 0 && verdicts.every(({ isMet }) => isMet);
  return { test: test.name, isPassed, verdicts, faults };
};
