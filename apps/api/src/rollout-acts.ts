import {
  type Event,
  isRefusal,
  type NewLoadTest,
  type NewRisk,
  type NewRollout,
  type PreflightOverride,
  type Principal,
  refuse,
  type Refusal,
  releaseName,
  type StageApproval,
  streamOf,
} from '#contracts';
import {
  type Acting,
  decideHaltRequest,
  decideLoadTest,
  decidePreflightOverride,
  decideRisk,
  decideRolloutDeclaration,
  decideStageApproval,
  decideStartRequest,
  EVOLVE_AGAIN_MS,
  evolveKnownRollout,
  type KnownRollout,
  refuseDeclaration,
  UNKNOWN_ROLLOUT,
} from '#domain';
import type { CatalogueFollower } from '#runtime';
import { LIST_ROWS_MAX, type ReleaseRepository, type RolloutRepository, type RolloutRow } from '#store';
import { saying } from './act-metadata.js';
import { act, type ActParts } from './act.js';

/** What rollouts are acted on with. */
export interface RolloutParts extends ActParts {
  readonly repository: RolloutRepository;
  readonly releases: Pick<ReleaseRepository, 'find'>;
  readonly catalogue: Pick<CatalogueFollower, 'current'>;
}

type Decided = readonly Event[] | Refusal;

const on = async (
  parts: RolloutParts,
  what: string,
  rolloutId: string,
  caller: Principal,
  decide: (known: KnownRollout, acting: Acting) => Decided | Promise<Decided>,
): Promise<RolloutRow | Refusal> => {
  const refusal = await act<KnownRollout>(parts, {
    stream: streamOf.rollout(rolloutId),
    cause: `${what} rollout ${rolloutId}`,
    caller,
    nothing: UNKNOWN_ROLLOUT,
    evolve: evolveKnownRollout,
    decide,
  });
  if (isRefusal(refusal)) return refusal;
  const row = await parts.repository.find(rolloutId);
  if (row === undefined) throw new Error(`rollout ${rolloutId} has a stream and no row`);
  return row;
};

const strangers = ({ catalogue }: RolloutParts, nodes: readonly string[]): Refusal | undefined => {
  if (nodes.length === 0) return undefined;
  const known = new Set(catalogue.current().nodes.map(({ nodeId }) => nodeId));
  const index = nodes.findIndex((nodeId) => !known.has(nodeId));
  return index < 0
    ? undefined
    : refuse('NODE_UNKNOWN', `node ${nodes[index] ?? ''} is not in the inventory`, `/nodes/${index}`);
};

/** Those that are declared, and what deploy tools or telemetry brought within a day; what came before has no end that is known. */
const openRollouts = async ({ repository }: RolloutParts, nowMs: number): Promise<readonly RolloutRow[]> => {
  const rows = await repository.list({ statuses: ['declared', 'running', 'completed'], limit: LIST_ROWS_MAX });
  return rows.filter(({ plan, changedAt }) => plan !== null || changedAt >= nowMs - EVOLVE_AGAIN_MS);
};

const declare = async (parts: RolloutParts, wanted: NewRollout, caller: Principal): Promise<RolloutRow | Refusal> => {
  const stranger = strangers(parts, wanted.nodes);
  if (stranger !== undefined) return stranger;
  return on(parts, 'declare', wanted.rolloutId, caller, async (known, acting) => {
    if (known.rollout === undefined) {
      const refusal = refuseDeclaration(wanted, await openRollouts(parts, acting.at));
      if (refusal !== undefined) return refusal;
    }
    const release = await parts.releases.find(wanted.service, releaseName(wanted.release));
    return decideRolloutDeclaration(known, wanted, release?.quarantine?.because, acting);
  });
};

const testLoad = async (
  parts: RolloutParts,
  rolloutId: string,
  test: NewLoadTest,
  caller: Principal,
): Promise<RolloutRow | Refusal> => {
  const stranger = strangers(parts, [test.nodeId]);
  if (stranger !== undefined) return refuse('NODE_UNKNOWN', stranger.detail, '/nodeId');
  return on(parts, 'load test', rolloutId, caller, (known, acting) => decideLoadTest(known, test, acting));
};

/** What people and deploy tools do with rollouts. */
export const rolloutActs = (parts: RolloutParts) => ({
  declareRollout: ({ comment, ...wanted }: NewRollout, caller: Principal) =>
    declare(parts, wanted, saying(caller, comment)),
  startRollout: (rolloutId: string, caller: Principal) => on(parts, 'start', rolloutId, caller, decideStartRequest),
  haltRollout: (rolloutId: string, comment: string, caller: Principal) =>
    on(parts, 'halt', rolloutId, saying(caller, comment), (known, acting) => decideHaltRequest(known, comment, acting)),
  approveStage: (rolloutId: string, approval: StageApproval, caller: Principal) =>
    on(parts, 'approve', rolloutId, saying(caller, approval.note), (known, acting) =>
      decideStageApproval(known, approval, acting),
    ),
  assessRisk: (rolloutId: string, { comment, ...risk }: NewRisk, caller: Principal) =>
    on(parts, 'assess', rolloutId, saying(caller, comment), (known, acting) => decideRisk(known, risk, acting)),
  tellLoadTest: (rolloutId: string, { comment, ...test }: NewLoadTest, caller: Principal) =>
    testLoad(parts, rolloutId, test, saying(caller, comment)),
  overridePreflight: (rolloutId: string, override: PreflightOverride, caller: Principal) =>
    on(parts, 'override pre-flight of', rolloutId, saying(caller, override.comment), (known, acting) =>
      decidePreflightOverride(known, override, acting),
    ),
});
