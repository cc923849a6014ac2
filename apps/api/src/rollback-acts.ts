import { decisionId, isRefusal, type Principal, refuse, type Refusal, releaseName, streamOf } from '#contracts';
import {
  decideRollbackApproval,
  decideRollbackRequest,
  evolveKnownRollout,
  evolveRollback,
  isRollbackEvent,
  planWaves,
  previewRollback,
  type Rollback,
  ROLLBACK_ATTEMPTS_MAX,
  rollbackIdOf,
  type RollbackPreview,
  type Rollout,
  targetFault,
  UNKNOWN_ROLLOUT,
} from '#domain';
import type { CatalogueFollower } from '#runtime';
import {
  type AutomationRepository,
  type Database,
  readStreamLastOf,
  type ReleaseRepository,
  type RollbackRepository,
  type RollbackRow,
} from '#store';
import { saying } from './act-metadata.js';
import { act, type Act, type ActParts } from './act.js';
import { readAutomation } from './automation-acts.js';
import { recordOf } from './gate-query.js';

/** What rollbacks are asked for with. */
export interface RollbackParts extends ActParts {
  readonly database: Database;
  readonly repository: RollbackRepository;
  readonly releases: Pick<ReleaseRepository, 'find'>;
  readonly automation: AutomationRepository;
  readonly catalogue: Pick<CatalogueFollower, 'current'>;
}

/** What a rollback would do if it were asked for now. */
export interface PreviewReport extends RollbackPreview {
  readonly rollbackId: string;
  readonly from: Rollout['release'];
  readonly to: Rollout['release'];
  /** The nodes of the first wave. */
  readonly first: readonly string[];
  /** What became of it so far; null: nobody asked for it. */
  readonly rollback: RollbackRow | null;
}

const readRollout = async (database: Database, rolloutId: string): Promise<Rollout | Refusal> => {
  const recorded = await readStreamLastOf(database, streamOf.rollout(rolloutId), 'GateMeasured');
  const { rollout } = recorded.reduce((known, { event }) => evolveKnownRollout(known, event), UNKNOWN_ROLLOUT);
  return rollout ?? refuse('NOT_FOUND', `there is no rollout ${rolloutId}`);
};

/** The attempt that a person asks for or looks at: the first that was not stopped. */
const attemptOf = async ({ repository }: RollbackParts, rollout: Rollout): Promise<string> => {
  for (let attempt = 1; ; attempt += 1) {
    const rollbackId = rollbackIdOf(rollout, decisionId, attempt);
    const isLast = attempt === ROLLBACK_ATTEMPTS_MAX;
    if (isLast || (await repository.find(rollbackId))?.status !== 'stopped') return rollbackId;
  }
};

const on = async (
  parts: RollbackParts,
  rollbackId: string,
  cause: string,
  caller: Principal,
  decide: Act<Rollback | undefined>['decide'],
): Promise<RollbackRow | Refusal> => {
  const refusal = await act<Rollback | undefined>(parts, {
    stream: streamOf.rollback(rollbackId),
    cause,
    caller,
    nothing: undefined,
    evolve: (known, event) => (isRollbackEvent(event) ? evolveRollback(known, event) : known),
    decide,
  });
  if (isRefusal(refusal)) return refusal;
  const row = await parts.repository.find(rollbackId);
  // The attempt that a key was used for is over, and nobody asked for the next one.
  return row ?? refuse('IDEMPOTENCY_KEY_ANSWERED', 'it was asked for before, and that rollback stopped');
};

const request = async (
  parts: RollbackParts,
  rolloutId: string,
  comment: string,
  caller: Principal,
): Promise<RollbackRow | Refusal> => {
  const rollout = await readRollout(parts.database, rolloutId);
  if (isRefusal(rollout)) return rollout;
  const rollbackId = await attemptOf(parts, rollout);
  return on(parts, rollbackId, `roll back rollout ${rolloutId}`, saying(caller, comment), (rollback, acting) =>
    decideRollbackRequest(rollback, rollout, { rollbackId, comment, ...acting }),
  );
};

const railsNow = async (
  { releases, automation, clock }: RollbackParts,
  { service, previous }: Rollout,
  nodes: number,
) => {
  const { isOn, lastSwitch } = await readAutomation(automation);
  const target = recordOf(await releases.find(service, releaseName(previous)));
  const fault = targetFault({ at: clock.nowMs(), target, targets: nodes });
  const off = `switched off by ${lastSwitch?.by ?? 'nobody'}: ${lastSwitch?.comment ?? ''}`;
  return [
    {
      rail: 'target',
      holds: fault === undefined,
      detail: `${releaseName(previous)}: ${fault ?? 'attested and rehearsed'}`,
    },
    { rail: 'audience', holds: nodes > 0, detail: `${nodes} nodes` },
    { rail: 'kill_switch', holds: isOn, detail: isOn ? 'automation is on' : off },
  ];
};

/**
 * The waves, and the rails that bind a person, as far as the log tells: what needs the telemetry of this second is judged by the next tick
 * alone.
 */
const preview = async (parts: RollbackParts, rolloutId: string): Promise<PreviewReport | Refusal> => {
  const rollout = await readRollout(parts.database, rolloutId);
  if (isRefusal(rollout)) return rollout;
  const fleet = parts.catalogue.current().nodes;
  const nodes = fleet.filter(({ nodeId }) => rollout.nodes.has(nodeId));
  const waves = planWaves(nodes, { nodes: fleet, serving: new Set(fleet.map(({ nodeId }) => nodeId)) });
  const rollbackId = await attemptOf(parts, rollout);
  return {
    rollbackId,
    from: rollout.release,
    to: rollout.previous,
    ...previewRollback(waves, await railsNow(parts, rollout, nodes.length)),
    first: waves[0] ?? [],
    rollback: (await parts.repository.find(rollbackId)) ?? null,
  };
};

/** What people do with rollbacks. */
export const rollbackActs = (parts: RollbackParts) => ({
  requestRollback: (rolloutId: string, comment: string, caller: Principal) =>
    request(parts, rolloutId, comment, caller),
  previewRollback: (rolloutId: string) => preview(parts, rolloutId),
  approveRollback: (rollbackId: string, comment: string, caller: Principal) =>
    on(parts, rollbackId, `approve rollback ${rollbackId}`, saying(caller, comment), (rollback, acting) =>
      decideRollbackApproval(rollback, { comment, ...acting }),
    ),
});
