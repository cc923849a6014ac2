import { type EventData, refuse, type Refusal, releaseName, streamOf } from '#contracts';
import {
  evolveKnownRollout,
  type Gate,
  gateAnswer,
  type GateAnswer,
  missingItems,
  type PreflightFacts,
  type Rollout,
  UNKNOWN_ROLLOUT,
} from '#domain';
import type { CatalogueFollower, Clock } from '#runtime';
import { type Database, type KnownReleaseRow, readStreamLastOf, type ReleaseRepository } from '#store';

/** What a gate is asked with. */
export interface GateParts {
  readonly database: Database;
  readonly releases: Pick<ReleaseRepository, 'find'>;
  readonly catalogue: Pick<CatalogueFollower, 'current'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** Whether a stage may begin, and why: what a deploy tool polls. */
export interface GateReport extends GateAnswer {
  readonly phase: Gate['phase'];
  /** Outcomes of the nodes that run the release, and of those of the same PoPs that do not; null before the first measurement. */
  readonly cohort: EventData<'GateMeasured'>['cohort'] | null;
  readonly control: EventData<'GateMeasured'>['control'] | null;
}

/** What is known of a release, as the deciders know it. */
export const recordOf = (row: KnownReleaseRow | undefined): PreflightFacts['target'] =>
  row && {
    service: row.service,
    release: row.release,
    attested: row.attestation ?? undefined,
    isRehearsed: row.rehearsal?.passed,
    quarantined: row.quarantine ?? undefined,
  };

/** What the pre-flight of a declared rollout lacks now; nothing of any other. */
export const missingOf = async (rollout: Rollout, { releases, catalogue, clock }: GateParts) => {
  if (rollout.state !== 'declared') return [];
  const { service, previous, declared } = rollout;
  const target = recordOf(await releases.find(service, releaseName(previous)));
  const targets = declared?.targets.size ?? 0;
  return missingItems(rollout, {
    at: clock.nowMs(),
    target,
    targets: targets === 0 ? catalogue.current().nodes.length : targets,
  });
};

/**
 * May a stage begin? Answered from the log alone: what was decided, and not what would be decided now. It is asked every few seconds by
 * every deploy tool, so of the measurements only the last is read.
 */
export const readGate = async (
  parts: GateParts,
  rolloutId: string,
  stage: string | undefined,
): Promise<GateReport | Refusal> => {
  const recorded = await readStreamLastOf(parts.database, streamOf.rollout(rolloutId), 'GateMeasured');
  const { rollout, gate } = recorded.reduce((known, { event }) => evolveKnownRollout(known, event), UNKNOWN_ROLLOUT);
  if (rollout === undefined) return refuse('NOT_FOUND', `there is no rollout ${rolloutId}`);
  const answer = gateAnswer(rollout, gate, await missingOf(rollout, parts), stage);
  const { cohort = null, control = null } = gate?.measured ?? {};
  return { ...answer, phase: gate?.phase ?? 'declared', cohort, control };
};
