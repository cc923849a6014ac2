import {
  APPROVAL_ROLES,
  type ApprovalRole,
  type Event,
  isRefusal,
  type NewOverride,
  type NewVote,
  type Principal,
  refuse,
  type Refusal,
  streamOf,
} from '#contracts';
import {
  type Checklist,
  decideOverrideRequest,
  decideVote,
  evolveOverride,
  evolveRollback,
  isOverrideEvent,
  isRollbackEvent,
  type Override,
  readChecklist,
  type Rollback,
} from '#domain';
import type { IncidentRepository, OverrideRepository, OverrideRow } from '#store';
import { metadataOf, saying } from './act-metadata.js';
import { act, type ActParts } from './act.js';
import { appendNew } from './append-again.js';
import { newId } from './new-id.js';

/** What overrides are asked for and voted on with. */
export interface OverrideParts extends ActParts {
  readonly repository: OverrideRepository;
  readonly incidents: Pick<IncidentRepository, 'find' | 'list'>;
}

/** Open overrides of one rollback that are looked at: one more is refused anyway. */
const STANDING_MAX = 20;

const evolve = (known: Override | undefined, event: Event): Override | undefined =>
  isOverrideEvent(event) ? evolveOverride(known, event) : known;

const reported = async ({ repository }: OverrideParts, overrideId: string): Promise<OverrideRow> => {
  const row = await repository.find(overrideId);
  if (row === undefined) throw new Error(`override ${overrideId} has a stream and no row`);
  return row;
};

const readRollback = async ({ store }: OverrideParts, rollbackId: string): Promise<Rollback | undefined> => {
  const recorded = await store.readStream(streamOf.rollback(rollbackId));
  return recorded.reduce<Rollback | undefined>(
    (known, { event }) => (isRollbackEvent(event) ? evolveRollback(known, event) : known),
    undefined,
  );
};

/** Open incidents that are looked through: where more are open, the newest tell. */
const OPEN_INCIDENTS_MAX = 50;

/**
 * Three items as they are now, the fourth as it was entered. Who is hurt is told by whatever incident is open, the costliest counts: a
 * rollback that a person asked for has one of its own, about the release alone, while the outage is another. Whether the rollback would end
 * that outage is what three people vote on.
 */
const checklistOf = async (
  { incidents }: OverrideParts,
  rollback: Rollback | undefined,
  resolutionEtaMs: number,
): Promise<Checklist> => {
  const open = await incidents.list({ statuses: ['open', 'acknowledged'], limit: OPEN_INCIDENTS_MAX });
  const own = rollback?.incidentId;
  const ids = new Set([...open.map(({ incidentId }) => incidentId), ...(own === undefined ? [] : [own])]);
  const found = (await Promise.all(Array.from(ids, incidents.find))).filter((each) => each !== undefined);
  const firing = found.flatMap(({ alerts }) =>
    alerts.flatMap(({ state, severity, reason }) => (state === 'firing' ? [{ state, severity, reason }] : [])),
  );
  const nothing = { affectedCustomers: 0, dollarsPerMinute: 0 };
  const [costliest] = found
    .map(({ incident: { impact } }) => impact)
    .toSorted((a, b) => b.dollarsPerMinute - a.dollarsPerMinute);
  return readChecklist(costliest ?? nothing, firing, resolutionEtaMs);
};

const standingOf = async ({ store, repository }: OverrideParts, rollbackId: string): Promise<readonly Override[]> => {
  const rows = await repository.list({ statuses: ['open'], rollbackId, limit: STANDING_MAX });
  const found = await Promise.all(
    rows.map(async ({ overrideId }) => {
      const recorded = await store.readStream(streamOf.override(overrideId));
      return recorded.reduce<Override | undefined>((known, { event }) => evolve(known, event), undefined);
    }),
  );
  return found.filter((each) => each !== undefined);
};

const ask = async (
  parts: OverrideParts,
  { rollbackId, rails, resolutionEtaMs, comment }: NewOverride,
  caller: Principal,
): Promise<OverrideRow | Refusal> => {
  const overrideId = `o-${newId()}`;
  const metadata = metadataOf(saying(caller, comment), `request override of rollback ${rollbackId}`);
  const rollback = await readRollback(parts, rollbackId);
  const checklist = await checklistOf(parts, rollback, resolutionEtaMs);
  const standing = await standingOf(parts, rollbackId);
  const decide = async () => {
    const asked = { overrideId, rails, checklist, comment, by: metadata.actor, at: parts.clock.nowMs() };
    const events = decideOverrideRequest(rollback, standing, asked);
    return isRefusal(events) ? events : { stream: streamOf.override(overrideId), expectedVersion: 0, events };
  };
  const made = await appendNew(parts.store, metadata, {
    newId: overrideId,
    decide,
    idIn: ({ type, data }) => (type === 'OverrideRequested' ? data.overrideId : undefined),
  });
  return isRefusal(made) ? made : reported(parts, made);
};

/** The role that a vote is cast under: the caller's only one that votes, or the one that it names of several. */
const roleOf = ({ roles, role: shown }: Principal, named: ApprovalRole | undefined): ApprovalRole | Refusal => {
  const held = APPROVAL_ROLES.filter((each) => roles.includes(each));
  const [first, ...others] = held;
  if (first === undefined) return refuse('PERMISSION_DENIED', `role ${shown} has no vote`);
  if (named !== undefined)
    return held.includes(named) ? named : refuse('PERMISSION_DENIED', `the caller does not hold ${named}`);
  return others.length === 0
    ? first
    : refuse('BODY_INVALID', `name the role of the vote: the caller holds ${held.join(', ')}`, '/role');
};

const vote = async (
  parts: OverrideParts,
  overrideId: string,
  { isApproved, comment, role: named }: NewVote,
  caller: Principal,
): Promise<OverrideRow | Refusal> => {
  const role = roleOf(caller, named);
  if (isRefusal(role)) return role;
  const { subject } = caller;
  const refusal = await act<Override | undefined>(parts, {
    stream: streamOf.override(overrideId),
    cause: `vote on override ${overrideId}`,
    caller: saying({ ...caller, role }, comment),
    nothing: undefined,
    evolve,
    decide: (override, acting) => decideVote(override, { role, isApproved, subject, comment, ...acting }),
  });
  return isRefusal(refusal) ? refusal : reported(parts, overrideId);
};

/** What people do with overrides: a vote is that of one role of whoever casts it. */
export const overrideActs = (parts: OverrideParts) => ({
  requestOverride: (wanted: NewOverride, caller: Principal) => ask(parts, wanted, caller),
  voteOnOverride: (overrideId: string, wanted: NewVote, caller: Principal) => vote(parts, overrideId, wanted, caller),
});
