import { type APPROVAL_KINDS, APPROVAL_ROLES } from '#contracts';
import type { OverrideRepository, RollbackRepository, RolloutRepository } from '#store';

/** Something that goes on when people say so. */
export interface Approval {
  readonly kind: (typeof APPROVAL_KINDS)[number];
  /** The rollout, rollback or override. */
  readonly id: string;
  /** Of a rollout that waits. */
  readonly stage: string | null;
  readonly service: string | null;
  readonly incidentId: string | null;
  readonly because: string;
  /** Since when, ms of log time. */
  readonly since: number;
  /** Until when it can be said; null: until it ends by itself. */
  readonly expiresAt: number | null;
  /** Roles of which somebody must still say yes: one of them, or each of them of an override. */
  readonly roles: readonly string[];
  /** Where yes is said. */
  readonly approve: string;
}

/** Who says yes to a stage and to a proposal. */
const DECIDERS = ['incident_commander', 'admin'];
/** Things of one kind that wait: more than fifty open rollouts are refused, and a rollback is one of a rollout. */
const WAITING_MAX = 200;

type Parts = {
  readonly rollouts: Pick<RolloutRepository, 'list'>;
  readonly rollbacks: Pick<RollbackRepository, 'list'>;
  readonly overrides: Pick<OverrideRepository, 'list'>;
};

const stagesOf = async ({ rollouts }: Parts): Promise<readonly Approval[]> => {
  const rows = await rollouts.list({ statuses: ['running'], limit: WAITING_MAX });
  return rows.flatMap(({ rolloutId, service, stage, plan, steps, gateDecided }): readonly Approval[] => {
    const planned = plan?.stages.find(({ name }) => name === stage);
    const isApproved = steps.some((step) => step.what === 'approved' && step.stage === stage);
    if (planned?.needsApproval !== true || isApproved || gateDecided === null) return [];
    if (gateDecided.stage !== stage || gateDecided.verdict !== 'promote') return [];
    return [
      {
        kind: 'stage',
        id: rolloutId,
        stage,
        service,
        incidentId: null,
        because: gateDecided.because,
        since: gateDecided.at,
        expiresAt: null,
        roles: DECIDERS,
        approve: `/v1/rollouts/${encodeURIComponent(rolloutId)}/approvals`,
      },
    ];
  });
};

const proposalsOf = async ({ rollbacks }: Parts): Promise<readonly Approval[]> => {
  const rows = await rollbacks.list({ statuses: ['proposed'], limit: WAITING_MAX });
  return rows.map(({ rollbackId, service, incidentId, decidedAt, proposal }) => ({
    kind: 'rollback',
    id: rollbackId,
    stage: null,
    service,
    incidentId,
    because: proposal?.because ?? 'proposed',
    since: proposal?.at ?? decidedAt,
    expiresAt: null,
    roles: DECIDERS,
    approve: `/v1/rollbacks/${encodeURIComponent(rollbackId)}/approve`,
  }));
};

const overridesOf = async ({ overrides }: Parts): Promise<readonly Approval[]> => {
  const rows = await overrides.list({ statuses: ['open'], limit: WAITING_MAX });
  return rows.map(({ overrideId, rails, comment, requestedAt, expiresAt, votes }) => ({
    kind: 'override',
    id: overrideId,
    stage: null,
    service: null,
    incidentId: null,
    because: `opens ${rails.join(', ')}: ${comment}`,
    since: requestedAt,
    expiresAt,
    roles: APPROVAL_ROLES.filter((role) => !votes.some((vote) => vote.role === role)),
    approve: `/v1/overrides/${encodeURIComponent(overrideId)}/votes`,
  }));
};

/** All that waits for a person, the longest first: stages, proposals of rollbacks, and overrides. */
export const readApprovals = async (parts: Parts): Promise<readonly Approval[]> =>
  [...(await stagesOf(parts)), ...(await proposalsOf(parts)), ...(await overridesOf(parts))].toSorted(
    (a, b) => a.since - b.since || (a.id < b.id ? -1 : 1),
  );
