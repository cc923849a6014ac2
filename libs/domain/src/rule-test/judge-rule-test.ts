import type { Event } from '#contracts';
import type { PlayedEvent, PlayedRuleTest } from './play-rule-test.js';
import { describeChoice } from './play-rule-test.js';
import type { Expectation, OnCall, RuleTest, Stretch } from './rule-test.js';

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

/** Who is paged: an incident that opens pages by the default policy. */
const DEFAULT_POLICY = 'default';
/** Whom rules call above every policy (R24). */
const VP = 'vp';
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

/** Pages that open, calls beside them, and commands, as by which policy or what, to whom or which release, and when. */
interface Leaving {
  readonly afterMs: number;
  readonly kind: 'page' | 'command';
  readonly what: string;
  readonly to: readonly string[];
  readonly text: string;
}

const onCallAt = (afterMs: number, onCall: readonly OnCall[]): readonly string[] =>
  onCall.filter(({ between: { fromMs, toMs } }) => afterMs >= fromMs && afterMs < toMs).map(({ who }) => who);

/** A page reaches who is on call; without a schedule nothing is said of whom. */
const pageOf = (afterMs: number, what: string, about: string, onCall: readonly OnCall[]): Leaving => {
  const to = what === VP ? [VP] : onCallAt(afterMs, onCall);
  const whom = to.length > 0 ? ` to ${to.join(' and ')}` : onCall.length > 0 ? ' to nobody: a gap' : '';
  return { afterMs, kind: 'page', what, to, text: `page ${what}${whom}: ${about}` };
};

const leavingOf = ({ afterMs, event }: PlayedEvent, onCall: readonly OnCall[]): readonly Leaving[] => {
  if (event.type === 'IncidentOpened' && event.data.muted === undefined)
    return [pageOf(afterMs, DEFAULT_POLICY, event.data.title, onCall)];
  if (event.type === 'IncidentUnmuted') return [pageOf(afterMs, DEFAULT_POLICY, event.data.because, onCall)];
  if (event.type === 'IncidentEscalated') return [pageOf(afterMs, event.data.to, event.data.because, onCall)];
  if (event.type !== 'CommandIssued') return [];
  const { action, to, wave, audience } = event.data.command;
  const release = `${to.softwareVersion}+${to.configRev}`;
  const text = `command: ${action} to ${release}, wave ${wave}, ${audience.length} nodes`;
  return [{ afterMs, kind: 'command', what: action, to: [release], text }];
};

/** Why nothing left: what rails refused stands among the commands, and what was held back among the pages. */
const heldBackOf = ({ afterMs, event }: PlayedEvent, kind: Leaving['kind']): readonly Happening[] => {
  if (kind === 'command' && event.type === 'RollbackRefused')
    return [{ afterMs, text: `refused by rail ${event.data.rail}: ${event.data.because}` }];
  if (kind === 'page' && event.type === 'IncidentOpened' && event.data.muted !== undefined)
    return [{ afterMs, text: `held back by ${event.data.muted.because}: ${event.data.title}` }];
  return [];
};

const describeCount = ({ min, max }: { min: number; max: number }): string => {
  if (min === max) return min === 0 ? 'no' : `${min}`;
  return max === Infinity ? `at least ${min}` : `${min} to ${max}`;
};

const judgeLeaving = (
  expectation: Exclude<Expectation, { kind: 'alert' }>,
  events: readonly PlayedEvent[],
  onCall: readonly OnCall[],
) => {
  const { kind, what, to, count, between } = expectation;
  const all = events.flatMap((each) => leavingOf(each, onCall)).filter((each) => each.kind === kind);
  const fit = all.filter(
    (each) =>
      (what === undefined || each.what === what) &&
      (to === undefined || each.to.includes(to)) &&
      each.afterMs >= between.fromMs &&
      each.afterMs <= between.toMs,
  );
  const named = [kind, what, to === undefined ? undefined : `to ${to}`].filter((each) => each !== undefined).join(' ');
  const text = `${describeCount(count)} ${named} ${describeStretch(between)}`;
  const isMet = fit.length >= count.min && fit.length <= count.max;
  const heldBack = events.flatMap((each) => heldBackOf(each, kind));
  const happenings = [...all, ...heldBack].toSorted((a, b) => a.afterMs - b.afterMs);
  return { text, isMet, instead: `there were ${fit.length}`, happenings };
};

const linesOf = (happenings: readonly Happening[]): readonly string[] => {
  const lines = happenings.map(({ afterMs, text }) => `${describeAfter(afterMs).padStart(10)}  ${text}`);
  const more = lines.length - LINES_MAX;
  return more > 0 ? [...lines.slice(0, LINES_MAX), `${more} lines more`] : lines;
};

const judgeExpectation = (
  expectation: Expectation,
  events: readonly PlayedEvent[],
  onCall: readonly OnCall[],
): ExpectationVerdict => {
  const { text, isMet, instead, happenings } =
    expectation.kind === 'alert' ? judgeAlert(expectation, events) : judgeLeaving(expectation, events, onCall);
  const lines = happenings.length === 0 ? ['nothing of the kind happened'] : linesOf(happenings);
  return { expectation, text, isMet, found: isMet ? [] : [instead, ...lines] };
};

/** Judges what was played by what was expected. A test with a change that concerned nothing is not passed: it tests something else. */
export const judgeRuleTest = (test: RuleTest, played: PlayedRuleTest): RuleTestVerdict => {
  const verdicts = test.expectations.map((expectation) => judgeExpectation(expectation, played.events, test.onCall));
  const faults = [
    ...played.idle.map(
      ({ atMs, where }) => `the change at ${describeAfter(atMs)} concerned nothing: ${describeChoice(where)}`,
    ),
    ...played.refused.map(({ atMs, because }) => `the silence at ${describeAfter(atMs)} was refused: ${because}`),
  ];
  const isPassed = faults.length === 0 && verdicts.every(({ isMet }) => isMet);
  return { test: test.name, isPassed, verdicts, faults };
};
