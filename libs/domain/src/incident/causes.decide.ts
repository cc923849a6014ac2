import { type Cause, CAUSES_MAX, event, type Event, FLEET_KEY, releaseName } from '#contracts';
import { judgeChanges, type JudgedChange } from '../rollout/blame.js';
import { blameCells } from '../rollout/blame-cells.js';
import { carries, type Change } from '../rollout/change.js';
import { changesSeen } from '../rollout/suspect.js';
import type { Rollout } from '../rollout/rollout.js';
import type { AlertSubject } from '../rule/rule.js';
import type { DeciderState } from '../rule/decider-state.js';
import { cohortKey } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { loadedAt, type LoadedWindows } from '../silence/quiet-state.js';
import { Failures, SHARE_FAILURES_MIN } from './failures.js';
import type { Incident } from './incident.js';
import { isOfNodes } from './place.js';

/** The first ranking follows the opening after two seconds: the first bad second compares too little. */
const RANK_FIRST_MS = 2_000;
/** From one ranking to the next at least ten seconds, the window in which releases are compared. */
const RANK_INTERVAL_MS = 10_000;
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
}

/** Every change that is remembered: rollouts of the last day, and the rules in force. */
export const changesOf = (state: DeciderState, tick: number): Changes => ({
  rollouts: [...state.rollouts.values()],
  rules: loadedAt(state.quiet, tick),
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

const judge = ({ comparison, isBlamed }: JudgedChange, explained: number, onsetAfterMs: number): Judgement => {
  const [bad, control] = [percent(failing(comparison.success)), percent(failing(comparison.control))];
  const ruledOut = (because: string): Judgement => ({ verdict: 'ruled_out', because, score: 0 });
  if (onsetAfterMs < 0) return ruledOut('it came after the fault');
  if (comparison.success === undefined) return ruledOut('nothing runs it');
  if (comparison.control === undefined) {
    const score = round(0.3 * explained * recency(onsetAfterMs));
    return { verdict: 'possible', because: `${bad} fail with it, and nothing runs beside it to compare with`, score };
  }
  if (!isBlamed) return ruledOut(`${bad} fail with it, ${control} beside it`);
  const because = `${bad} fail with it, ${control} beside it; it brings ${percent(explained)} of the failures`;
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
const explainedBy = (change: Change, subject: AlertSubject, failures: Failures, { placement }: TickView): number => {
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

const causeOf = (incident: Incident, judged: JudgedChange, failures: Failures, view: TickView): Cause => {
  const { change, comparison } = judged;
  const { rolloutId, release, previous } = change.rollout;
  const explained = explainedBy(change, explainedSubject(incident), failures, view);
  const onsetAfterMs = incident.openedAtMs - change.sinceMs;
  return {
    kind: release.softwareVersion === previous.softwareVersion ? 'config' : 'release',
    id: rolloutId,
    release,
    ...judge(judged, explained, onsetAfterMs),
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

/**
 * Ranks the changes of the last day by how far they explain an incident: whether what runs them fails more than what runs beside
 * them, how much of the failures they bring, and whether they came before. Tells it when the answer changes. Without any change it
 * says nothing.
 */
export const decideCauses = (
  incident: Incident,
  { rollouts, rules }: Changes,
  failures: Failures,
  view: TickView,
): readonly Event[] => {
  const { incidentId, openedAtMs, ranking } = incident;
  const dueAtMs = ranking === undefined ? openedAtMs + RANK_FIRST_MS : ranking.atMs + RANK_INTERVAL_MS;
  if (view.at < dueAtMs || (ranking?.count ?? 0) >= RANKINGS_MAX) return [];
  const judged = judgeRollouts(incident, rollouts, view);
  const known = judged.map((each) => causeOf(incident, each, failures, view));
  const causes = withProofs([...known, ...causeOfRules(incident, rules)], ranking?.causes ?? [])
    .toSorted((a, b) => b.score - a.score || a.onsetAfterMs - b.onsetAfterMs || (a.id < b.id ? -1 : 1))
    .slice(0, CAUSES_MAX);
  if (causes.length === 0 || (ranking !== undefined && !isNews(ranking.causes, causes))) return [];
  const because = summary(causes).slice(0, 500);
  return [event('IncidentCausesRanked', { incidentId, causes, because, at: view.at })];
};
