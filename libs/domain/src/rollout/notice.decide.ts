import { type Event, event, releaseName, TICK_MS } from '#contracts';
import { isLive, type NodePresence } from '../rule/presence.js';
import type { ReleaseRef, Rollout } from './rollout.js';

/** A deploy tool tells of its nodes within seconds; only what nobody names by then is undeclared. */
const NOTICE_AFTER_TICKS = 10_000 / TICK_MS;
/** What runs for longer than an hour is what the fleet runs, whoever brought it: a rollout that was forgotten is not noticed again. */
const NOTICE_WITHIN_TICKS = 3_600_000 / TICK_MS;
/** The stage of what has none. */
const NOTICED = 'noticed';
/** Telemetry names no service, and nobody told of one yet. */
const DEFAULT_SERVICE = 'dns';

/** What a release in telemetry is noticed by. */
export interface NoticeFacts {
  readonly at: number;
  readonly tick: number;
  readonly nodes: readonly NodePresence[];
  readonly rollouts: readonly Rollout[];
  /** Releases that rollbacks return to. */
  readonly targets: ReadonlySet<string>;
  readonly rolloutIdOf: (release: string) => string;
}

/** A release by its name: no part of it has a plus sign. */
const releaseOf = (name: string): ReleaseRef => {
  const [softwareVersion = '', configRev = ''] = name.split('+');
  return { softwareVersion, configRev };
};

const isNamed = ({ state }: Rollout): boolean => state !== 'rolled_back' && state !== 'ended';

/** Nodes that were seen to change to what they run now, within the hour. */
const isChanged = ({ formerly, sinceTick }: NodePresence, tick: number): boolean =>
  formerly.length > 0 && tick - sinceTick <= NOTICE_WITHIN_TICKS;

const byRelease = (nodes: readonly NodePresence[]): ReadonlyMap<string, readonly NodePresence[]> => {
  const found = new Map<string, NodePresence[]>();
  for (const node of nodes) {
    const same = found.get(node.release) ?? [];
    same.push(node);
    found.set(node.release, same);
  }
  return found;
};

/** What most of the nodes ran before; by name among equals. */
const previousOf = (nodes: readonly NodePresence[]): string => {
  const counts = new Map<string, number>();
  for (const { formerly } of nodes) counts.set(formerly[0] ?? '', (counts.get(formerly[0] ?? '') ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0] ?? '';
};

/**
 * The service of the newest rollout: a fleet has mostly one, and under another name neither the rate rail nor the quarantine would count
 * what is noticed together with what was declared.
 */
const serviceOf = (rollouts: readonly Rollout[]): string =>
  rollouts.toSorted((a, b) => b.startedAtMs - a.startedAtMs || (a.rolloutId < b.rolloutId ? -1 : 1))[0]?.service ??
  DEFAULT_SERVICE;

const joined = (rollout: Rollout, nodes: readonly NodePresence[], at: number): readonly Event[] => {
  const news = nodes.map(({ nodeId }) => nodeId).filter((nodeId) => !rollout.nodes.has(nodeId));
  if (rollout.origin !== 'telemetry' || rollout.state !== 'running' || news.length === 0) return [];
  return [event('RolloutStageReached', { rolloutId: rollout.rolloutId, stage: NOTICED, nodes: news, at })];
};

const begun = (release: string, nodes: readonly NodePresence[], facts: NoticeFacts): readonly Event[] => {
  const { at, tick, rollouts, rolloutIdOf } = facts;
  if (nodes.every(({ sinceTick }) => tick - sinceTick < NOTICE_AFTER_TICKS)) return [];
  return [
    event('RolloutStarted', {
      rolloutId: rolloutIdOf(release),
      service: serviceOf(rollouts),
      release: releaseOf(release),
      previous: releaseOf(previousOf(nodes)),
      stage: NOTICED,
      nodes: nodes.map(({ nodeId }) => nodeId),
      origin: 'telemetry',
      at,
    }),
  ];
};

/**
 * A release that no rollout names, that nodes were seen to change to, and that is not what the fleet ran before: somebody brings it and told
 * nobody. What the fleet begins with is no change, nor is what a node runs that comes back after it was forgotten; and what a rollback
 * returns to, or a rollout came from, is no news. Nodes that join it later are added.
 */
export const decideNoticed = (facts: NoticeFacts): readonly Event[] => {
  const { at, tick, rollouts, targets } = facts;
  const live = facts.nodes.filter((node) => isLive(node, tick));
  if (!live.some((node) => isChanged(node, tick))) return [];
  const previous = new Set(rollouts.map((each) => releaseName(each.previous)));
  return [...byRelease(live)].flatMap(([release, nodes]) => {
    const changed = nodes.filter((node) => isChanged(node, tick));
    if (changed.length === 0) return [];
    const named = rollouts.filter((each) => releaseName(each.release) === release && isNamed(each));
    if (named.length > 0) return named.flatMap((rollout) => joined(rollout, changed, at));
    const isOld = changed.length < nodes.length || previous.has(release) || targets.has(release);
    return isOld ? [] : begun(release, changed, facts);
  });
};

/** Ends what was noticed of a release once its deploy tool tells of it: one rollout is enough for one release. */
export const decideAdoption = (noticed: Rollout, named: Rollout, at: number): readonly Event[] => {
  const { rolloutId, origin, state } = noticed;
  const isSame = rolloutId !== named.rolloutId && releaseName(noticed.release) === releaseName(named.release);
  if (!isSame || origin !== 'telemetry' || state !== 'running') return [];
  return [event('RolloutEnded', { rolloutId, because: `rollout ${named.rolloutId} names its release`, at })];
};
