import { type EventData, releaseName } from '#contracts';
import { PROBE_FAMILIES } from '../probe/probe-families.js';
import type { ReleaseRecord } from '../release/release-record.js';
import type { Declared, PreflightItem } from './declared.js';
import type { Rollout } from './rollout.js';

/** What is missing before a rollout starts, and what of it. */
export type MissingItem = EventData<'PreflightBlocked'>['missing'][number];

/** A target must have run well for a day before anything may rely on going back to it (R39). */
const ATTESTED_MIN_MS = 86_400_000;
/** On one or two nodes a release proves little: as many as a fault must show on (RAIL-1). */
const ATTESTED_NODES_MIN = 3;

/** What a pre-flight is judged by beside the rollout itself. */
export interface PreflightFacts {
  readonly at: number;
  /** What is known of the release that a rollback would return to; undefined: nobody ever told of it. */
  readonly target: ReleaseRecord | undefined;
  /** Nodes that the rollout is for: a small fleet cannot attest on many. */
  readonly targets: number;
}

/** Why a rollback may not go to a release; undefined: it may. */
export const targetFault = ({ target, at, targets }: PreflightFacts): string | undefined => {
  const nodesMin = Math.min(ATTESTED_NODES_MIN, Math.max(1, targets));
  if (target?.attested === undefined) return 'nobody attested that it runs well';
  if (target.quarantined !== undefined) return `it is in quarantine: ${target.quarantined.because}`;
  const { goodSinceMs, nodes, isRollbackSafe } = target.attested;
  if (!isRollbackSafe) return 'it is attested as not safe to go back to';
  if (at - goodSinceMs < ATTESTED_MIN_MS)
    return `it is good since ${Math.max(0, Math.floor((at - goodSinceMs) / 3_600_000))} h (at least ${ATTESTED_MIN_MS / 3_600_000})`;
  if (nodes < nodesMin) return `it is attested on ${nodes} nodes (at least ${nodesMin})`;
  if (target.isRehearsed !== true)
    return target.isRehearsed === undefined ? 'nobody rehearsed going back to it' : 'the last rehearsal of it failed';
  return undefined;
};

const loadTestFault = ({ loadTest }: Declared): string | undefined => {
  if (loadTest === undefined) return 'no load test was told of its first node';
  const failed = PROBE_FAMILIES.filter((family) => !loadTest.passed.includes(family));
  return failed.length === 0 ? undefined : `on ${loadTest.nodeId} did not pass: ${failed.join(', ')}`;
};

/**
 * What is missing of a pre-flight: an assessed risk (R49), the impact of each stage (R50), a target to go back to that is attested and
 * rehearsed (R51), and a load test that passed (R63, R64); without what somebody overrode. Nothing of a rollout that nobody declared.
 */
export const missingItems = (
  { declared, previous }: Pick<Rollout, 'declared' | 'previous'>,
  facts: PreflightFacts,
): readonly MissingItem[] => {
  if (declared === undefined) return [];
  const target = targetFault(facts);
  const faults: readonly (readonly [PreflightItem, string | undefined])[] = [
    ['risk', declared.isRiskAssessed ? undefined : 'nobody assessed the risk'],
    ['impact', declared.isImpactComputed ? undefined : 'its impact is not computed yet'],
    ['target', target && `${releaseName(previous)}: ${target}`],
    ['load_test', loadTestFault(declared)],
  ];
  return faults.flatMap(([item, detail]) =>
    detail === undefined || declared.overridden.has(item) ? [] : [{ item, detail: detail.slice(0, 500) }],
  );
};

/** What is missing, in one sentence. */
export const describeMissing = (missing: readonly MissingItem[]): string =>
  missing.map(({ item, detail }) => `${item}: ${detail}`).join('; ');
