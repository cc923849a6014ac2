import { type Cause, CAUSES_MAX, event, type Event, FLEET_KEY, releaseName } from '#contracts';
import { compareRelease, type Comparison, isToBlame } from '../rollout/blame.js';
import { hasBegun, type Rollout } from '../rollout/rollout.js';
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
/** Changes that are compared, the latest: what a day of a large fleet brings. Others count as unknown. */
const CHANGES_MAX = 50;

/** What may be behind a fault. */
export interface Changes {
  readonly rollouts: readonly Rollout[];
  readonly rules: LoadedWindows | undefined;
}

/** Every change that is remembered: rollouts of the last day, and the rules in force. */
export const changesOf = (state: DeciderState, tick: number): Changes => ({
  rollouts: [...state.rollouts.values()].filter(hasBegun),
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

const judge = (comparison: Comparison, explained: number, onsetAfterMs: number): Judgement => {
  const [bad, control] = [percent(failing(comparison.success)), percent(failing(comparison.control))];
  const ruledOut = (because: string): Judgement => ({ verdict: 'ruled_out', because, score: 0 });
  if (onsetAfterMs < 0) return ruledOut('it came after the fault');
  if (comparison.success === undefined) return ruledOut('nothing runs it');
  if (comparison.control === undefined) {
    const score = round(0.3 * explained * recency(onsetAfterMs));
    return { verdict: 'possible', because: `${bad} fail with it, and nothing runs beside it to compare with`, score };
  }
  if (!isToBlame(comparison)) return ruledOut(`${bad} fail with it, ${control} beside it`);
  const because = `${bad} fail with it, ${control} beside it; it brings ${percent(explained)} of the failures`;
  if (explained < PROVED_SHARE_MIN) return { verdict: 'possible', because, score: round(0.3 + 0.2 * explained) };
  return { verdict: 'proved', because, score: round(0.6 + 0.3 * explained + 0.1 * recency(onsetAfterMs)) };
};

const regionsOf = (release: string, { placement, windows, endSlot }: TickView) => {
  const regions = [...placement].filter(([, releases]) => releases.has(release)).map(([region]) => region);
  const failingRegions = regions.filter((region) => {
    const { good, bad } = windows.sum('release_region', cohortKey(release, region), RANK_INTERVAL_MS, endSlot);
    return bad >= SHARE_FAILURES_MIN && bad > 0.01 * (good + bad);
  });
  return { regions: regions.slice(0, 100).toSorted(), failingRegions: failingRegions.slice(0, 100).toSorted() };
};

const causeOf = (incident: Incident, rollout: Rollout, failures: Failures, view: TickView): Cause => {
  const { rolloutId, release, previous, startedAtMs } = rollout;
  const name = releaseName(release);
  const comparison = compareRelease(view.windows, name, view.placement, view.endSlot);
  const explained = round(failures.share({ scope: 'release', key: name }, explainedSubject(incident)) ?? 0);
  const onsetAfterMs = incident.openedAtMs - startedAtMs;
  return {
    kind: release.softwareVersion === previous.softwareVersion ? 'config' : 'release',
    id: rolloutId,
    release,
    ...judge(comparison, explained, onsetAfterMs),
    failingWith: failing(comparison.success),
    failingWithout: failing(comparison.control),
    explained,
    onsetAfterMs,
    ...regionsOf(name, view),
  };
};

const causeOfRules = (incident: Incident, rules: LoadedWindows | undefined): readonly Cause[] => {
  if (rules === undefined) return [];
  const onsetAfterMs = incident.openedAtMs - rules.loadedAtMs;
  if (onsetAfterMs < 0 || onsetAfterMs > RULES_ONSET_MS) return [];
  const because = `the rules changed ${Math.round(onsetAfterMs / 1_000)} s before: the fault may be older than what finds it`;
  const nothing = { failingWith: null, failingWithout: null, explained: 0, regions: [], failingRegions: [] };
  return [{ kind: 'rules', id: rules.sha256, verdict: 'possible', score: 0.1, ...nothing, onsetAfterMs, because }];
};

/** The latest rollout of each release, with the first of its starts: a release that is rolled out again is one change. */
const byRelease = (rollouts: readonly Rollout[]): readonly Rollout[] => {
  const latest = new Map<string, Rollout>();
  for (const rollout of rollouts.toSorted((a, b) => a.startedAtMs - b.startedAtMs)) {
    const name = releaseName(rollout.release);
    latest.set(name, { ...rollout, startedAtMs: latest.get(name)?.startedAtMs ?? rollout.startedAtMs });
  }
  return [...latest.values()].slice(-CHANGES_MAX);
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
  const known = byRelease(rollouts).map((rollout) => causeOf(incident, rollout, failures, view));
  const causes = withProofs([...known, ...causeOfRules(incident, rules)], ranking?.causes ?? [])
    .toSorted((a, b) => b.score - a.score || a.onsetAfterMs - b.onsetAfterMs || (a.id < b.id ? -1 : 1))
    .slice(0, CAUSES_MAX);
  if (causes.length === 0 || (ranking !== undefined && !isNews(ranking.causes, causes))) return [];
  const because = summary(causes).slice(0, 500);
  return [event('IncidentCausesRanked', { incidentId, causes, because, at: view.at })];
};
