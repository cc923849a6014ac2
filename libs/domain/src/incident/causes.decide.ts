import { type Cause, CAUSES_MAX, event, type Event, FLEET_KEY, releaseName, SLOT_MS } from '#contracts';
import { JUDGE_WINDOW_MS, judgeChanges, type JudgedChange } from '../rollout/blame.js';
import { blameCells } from '../rollout/blame-cells.js';
import { carries, type Change } from '../rollout/change.js';
import { changesSeen, explainedBy, gateSaysOf } from '../rollout/suspect.js';
import type { Gate } from '../gate/gate.js';
import type { Rollout } from '../rollout/rollout.js';
import type { AlertSubject } from '../rule/rule.js';
import type { DeciderState } from '../rule/decider-state.js';
import { cohortKey } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { loadedAt, type LoadedWindows } from '../silence/quiet-state.js';
import { Failures, SHARE_FAILURES_MIN } from './failures.js';
import type { Incident } from './incident.js';
import { readOnset } from './onset.js';
import { isOfNodes } from './place.js';

/** The first ranking follows the opening after two seconds: the first bad second compares too little. */
const RANK_FIRST_MS = 2_000;
/** From one ranking to the next at least ten seconds, the window in which releases are compared. */
const RANK_INTERVAL_MS = JUDGE_WINDOW_MS;
/** And as long as that window still holds seconds of before the fault, and nothing is proved: then the next second may tell. */
const RANK_EARLY_MS = 2_000;
/** Rankings that one incident tells: an answer that changes more often is none. */
const RANKINGS_MAX = 30;
/** A change of the first score that is news. */
const SCORE_CHANGE_MIN = 0.2;
/** A release that is worse than its control, but brings less than half of the failures, is not all of the fault. */
const PROVED_SHARE_MIN = 0.5;
/** New rules that find a fault find it at once. */
const RULES_ONSET_MS = 60_000;
/** The age at which a change is half as likely as a fresh one, where nothing but time speaks for it. */
const AGE_HALF_MS = 6 * 3_600_000;

/** What may be behind a fault. */
export interface Changes {
  readonly rollouts: readonly Rollout[];
  readonly rules: LoadedWindows | undefined;
  /** Of those that are judged by a gate. */
  readonly gates: readonly Gate[];
}

/** Every change that is remembered: rollouts of the last day, and the rules in force. */
export const changesOf = (state: DeciderState, tick: number): Changes => ({
  rollouts: [...state.rollouts.values()],
  rules: loadedAt(state.quiet, tick),
  gates: [...state.gates.values()],
});

const FLEET: AlertSubject = { scope: 'fleet', key: FLEET_KEY };

/** Whose failures are to be explained. */
const explainedSubject = ({ subject }: Incident): AlertSubject =>
  isOfNodes(subject) || subject.scope === 'customer' ? subject : FLEET;

const round = (share: number, digits = 4): number => Number(share.toFixed(digits));
const failing = (success: number | undefined): number | null =>
  success === undefined ? null : round((100 - success) / 100);
const percent = (share: number | null): string => (share === null ? 'unknown' : `${(100 * share).toFixed(2)} %`);
const recency = (ageMs: number): number => 1 / (1 + ageMs / AGE_HALF_MS);

type Judgement = Pick<Cause, 'verdict' | 'because' | 'score'>;

/** What else is known of a change, beside what its nodes answer. */
interface Circumstances {
  readonly explained: number;
  readonly onsetAfterMs: number;
  /** Why its gate says to roll it back. */
  readonly gateSays: string | undefined;
  /** The rollout that its nodes fail by, where that is another one. */
  readonly explainedBy: string | undefined;
  /** Whether all that is compared is of after the fault began. */
  readonly isSettled: boolean;
}

/** What neither explains it nor is ruled out: below all that something speaks for. */
const undecided = (because: string, explained: number): Judgement => ({
  verdict: 'possible',
  because,
  score: round(0.05 + 0.04 * explained),
});

/** What its gate says to roll back is never ruled out; where it came after the fault it explains no more than a part that came later. */
const byGate = (gateSays: string, onsetAfterMs: number): Judgement => {
  const [score, but] = onsetAfterMs < 0 ? [0.1, 'it came after the fault, but '] : [0.5, ''];
  return { verdict: 'possible', because: `${but}its gate says to roll it back: ${gateSays}`.slice(0, 500), score };
};

/** Only what came too late, runs nowhere, fails by another change or is shown to fail no more than what runs beside it is ruled out. */
const judgeUnblamed = ({ comparison }: JudgedChange, given: Circumstances, figures: string): Judgement => {
  const ruledOut = (because: string): Judgement => ({ verdict: 'ruled_out', because, score: 0 });
  const { gateSays, explained, isSettled } = given;
  if (gateSays !== undefined) return byGate(gateSays, given.onsetAfterMs);
  if (given.onsetAfterMs < 0) return ruledOut('it came after the fault');
  if (comparison.success === undefined) return ruledOut('nothing runs it');
  if (comparison.control === undefined) {
    const score = round(0.3 * explained * recency(given.onsetAfterMs));
    const bad = percent(failing(comparison.success));
    return { verdict: 'possible', because: `${bad} fail with it, and nothing runs beside it to compare with`, score };
  }
  if (given.explainedBy !== undefined) return ruledOut(`${figures}; its nodes fail by rollout ${given.explainedBy}`);
  if (!isSettled) return undecided(`too early to tell: ${figures}`, explained);
  return comparison.isCleared
    ? ruledOut(figures)
    : undecided(`${figures}: too little to blame it, and too much to rule it out`, explained);
};

const judge = (judged: JudgedChange, given: Circumstances): Judgement => {
  const { comparison, isBlamed } = judged;
  const { explained, onsetAfterMs } = given;
  const figures = `${percent(failing(comparison.success))} fail with it, ${percent(failing(comparison.control))} beside it`;
  if (!isBlamed || onsetAfterMs < 0) return judgeUnblamed(judged, given, figures);
  const because = `${figures}; it brings ${percent(explained)} of the failures`;
  if (explained < PROVED_SHARE_MIN) return { verdict: 'possible', because, score: round(0.3 + 0.2 * explained) };
  return { verdict: 'proved', because, score: round(0.6 + 0.3 * explained + 0.1 * recency(onsetAfterMs)) };
};

const regionsOf = (change: Change, { placement, windows, endSlot }: TickView) => {
  const carriedIn = (region: string): readonly string[] =>
    [...(placement.get(region) ?? [])].filter((release) => carries(change, release));
  const regions = [...placement.keys()].filter((region) => carriedIn(region).length > 0);
  const failingRegions = regions.filter((region) =>
    carriedIn(region).some((release) => {
      const { good, bad } = windows.sum('release_region', cohortKey(release, region), RANK_INTERVAL_MS, endSlot);
      return bad >= SHARE_FAILURES_MIN && bad > 0.01 * (good + bad);
    }),
  );
  return { regions: regions.slice(0, 100).toSorted(), failingRegions: failingRegions.slice(0, 100).toSorted() };
};

/** Which part of a subject's failures is of nodes that have a change. */
const shareOf = (change: Change, subject: AlertSubject, failures: Failures, { placement }: TickView): number => {
  const running = new Set([...placement.values()].flatMap((releases) => [...releases]));
  const shares = [...running]
    .filter((release) => carries(change, release))
    .map((key) => failures.share({ scope: 'release', key }, subject) ?? 0);
  return round(
    Math.min(
      1,
      shares.reduce((sum, share) => sum + share, 0),
    ),
  );
};

/** Whether what is compared holds no second of before the fault, which began with its incident or, where failures show it, before. */
const isSettledAt = (incident: Incident, view: TickView): boolean => {
  const holdsNoneBefore = (onsetMs: number): boolean => (view.endSlot + 1) * SLOT_MS - onsetMs >= JUDGE_WINDOW_MS;
  if (holdsNoneBefore(incident.openedAtMs)) return true;
  const onsetMs = readOnset({ ...explainedSubject(incident), firedSlot: view.endSlot }, view);
  return onsetMs !== undefined && holdsNoneBefore(onsetMs);
};

/** What every change of an incident is judged by. */
interface Judging {
  readonly incident: Incident;
  readonly judged: readonly JudgedChange[];
  readonly gates: readonly Gate[];
  readonly failures: Failures;
  readonly isSettled: boolean;
  readonly view: TickView;
}

const causeOf = (each: JudgedChange, { incident, judged, gates, failures, isSettled, view }: Judging): Cause => {
  const { change, comparison } = each;
  const { rolloutId, release, previous } = change.rollout;
  const explained = shareOf(change, explainedSubject(incident), failures, view);
  const onsetAfterMs = incident.openedAtMs - change.sinceMs;
  const gateSays = gateSaysOf(change, gates);
  const before = judged.filter((other) => other.change.sinceMs <= incident.openedAtMs);
  return {
    kind: release.softwareVersion === previous.softwareVersion ? 'config' : 'release',
    id: rolloutId,
    release,
    ...judge(each, { explained, onsetAfterMs, gateSays, explainedBy: explainedBy(change, before, view), isSettled }),
    failingWith: failing(comparison.success),
    failingWithout: failing(comparison.control),
    explained,
    onsetAfterMs,
    ...regionsOf(change, view),
  };
};

/** What came after the fault takes no blame from what came before. */
const judgeRollouts = (incident: Incident, rollouts: readonly Rollout[], view: TickView): readonly JudgedChange[] => {
  const [before, after]: [Change[], Change[]] = [[], []];
  for (const change of changesSeen(rollouts, view))
    (change.sinceMs <= incident.openedAtMs ? before : after).push(change);
  return [before, after].flatMap((changes) => judgeChanges(changes, blameCells(view)));
};

const causeOfRules = (incident: Incident, rules: LoadedWindows | undefined): readonly Cause[] => {
  if (rules === undefined) return [];
  const onsetAfterMs = incident.openedAtMs - rules.loadedAtMs;
  if (onsetAfterMs < 0 || onsetAfterMs > RULES_ONSET_MS) return [];
  const because = `the rules changed ${Math.round(onsetAfterMs / 1_000)} s before: the fault may be older than what finds it`;
  const nothing = { failingWith: null, failingWithout: null, explained: 0, regions: [], failingRegions: [] };
  return [{ kind: 'rules', id: rules.sha256, verdict: 'possible', score: 0.1, ...nothing, onsetAfterMs, because }];
};

/** What was proved stays proved after its release has left the fleet: the evidence is that of the fault. */
const withProofs = (causes: readonly Cause[], before: readonly Cause[]): readonly Cause[] => {
  const proofs = before.filter(({ verdict }) => verdict === 'proved');
  const kept = causes.map((cause) => proofs.find(({ id }) => id === cause.id && cause.verdict !== 'proved') ?? cause);
  return [...kept, ...proofs.filter(({ id }) => !causes.some((cause) => cause.id === id))];
};

const isNews = (before: readonly Cause[], now: readonly Cause[]): boolean => {
  const name = ({ id, verdict }: Cause): string => `${id} ${verdict}`;
  if (before.map(name).join() !== now.map(name).join()) return true;
  return Math.abs((before[0]?.score ?? 0) - (now[0]?.score ?? 0)) >= SCORE_CHANGE_MIN;
};

const nameOf = ({ kind, release }: Cause): string =>
  release === undefined ? 'the change of the rules' : `${kind} ${releaseName(release)}`;

const summary = (causes: readonly Cause[]): string => {
  const [first] = causes;
  if (first?.verdict === 'proved') return `${nameOf(first)} explains it: ${first.because}`;
  const all = `none of ${causes.length} changes explains it`;
  return first?.verdict === 'possible' ? `${all}; possible is ${nameOf(first)}: ${first.because}` : all;
};

/** When an incident is ranked next: soon while it is too early to tell. */
const dueAtMsOf = ({ openedAtMs, ranking }: Incident): number => {
  if (ranking === undefined) return openedAtMs + RANK_FIRST_MS;
  const isProved = ranking.causes.some(({ verdict }) => verdict === 'proved');
  const isEarly = !isProved && ranking.atMs < openedAtMs + JUDGE_WINDOW_MS;
  return ranking.atMs + (isEarly ? RANK_EARLY_MS : RANK_INTERVAL_MS);
};

/**
 * Ranks the changes of the last day by how far they explain an incident: whether what runs them fails more than what runs beside
 * them, how much of the failures they bring, and whether they came before. Tells it when the answer changes. Without any change it
 * says nothing.
 */
export const decideCauses = (
  incident: Incident,
  { rollouts, rules, gates }: Changes,
  failures: Failures,
  view: TickView,
): readonly Event[] => {
  const { incidentId, ranking } = incident;
  if (view.at < dueAtMsOf(incident) || (ranking?.count ?? 0) >= RANKINGS_MAX) return [];
  const judged = judgeRollouts(incident, rollouts, view);
  const isSettled = judged.length > 0 && isSettledAt(incident, view);
  const judging = { incident, judged, gates, failures, isSettled, view };
  const known = judged.map((each) => causeOf(each, judging));
  const causes = withProofs([...known, ...causeOfRules(incident, rules)], ranking?.causes ?? [])
    .toSorted((a, b) => b.score - a.score || a.onsetAfterMs - b.onsetAfterMs || (a.id < b.id ? -1 : 1))
    .slice(0, CAUSES_MAX);
  if (causes.length === 0 || (ranking !== undefined && !isNews(ranking.causes, causes))) return [];
  const because = summary(causes).slice(0, 500);
  return [event('IncidentCausesRanked', { incidentId, causes, because, at: view.at })];
};
