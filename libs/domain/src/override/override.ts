import { type ApprovalRole, type EventData, streamOf } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** Three votes take minutes; after ten nobody knows any more whether the checklist still holds (RAIL-13). */
export const OVERRIDE_MS = 600_000;

/** A vote as it was cast. */
export type OverrideVote = Pick<EventData<'OverrideVoted'>, 'role' | 'isApproved' | 'by' | 'subject'>;

/**
 * A refused rollback that is asked for again with the checklist (R52-R54). Its states:
 *
 *   requested ──OverrideVoted by each of three roles, all yes──▶ OverrideGranted ──▶ granted
 *       ├──────OverrideVoted, one no──▶ OverrideRefused ──▶ refused
 *       └──────ten minutes──▶ OverrideExpired ──▶ expired
 *
 * granted, refused and expired are final. What is granted opens the rails that it names, for its rollback alone, and until the request
 * would have expired: a rollback that another rail holds up until then is asked for anew.
 */
export interface Override {
  readonly overrideId: string;
  readonly rollbackId: string;
  readonly state: 'requested' | 'granted' | 'refused' | 'expired';
  readonly rails: ReadonlySet<string>;
  readonly by: string;
  readonly comment: string;
  /** At most one of each role. */
  readonly votes: ReadonlyMap<ApprovalRole, OverrideVote>;
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
}

/** Events of an override's stream. */
export const isOverrideEvent = isEventOf(
  'OverrideRequested',
  'OverrideVoted',
  'OverrideGranted',
  'OverrideRefused',
  'OverrideExpired',
);

const requested = (data: EventData<'OverrideRequested'>): Override => {
  const { overrideId, rollbackId, rails, by, comment, expiresAtMs, at } = data;
  const votes = new Map<ApprovalRole, OverrideVote>();
  const of = { overrideId, rollbackId, by, comment, votes };
  return { ...of, state: 'requested', rails: new Set(rails), requestedAtMs: at, expiresAtMs };
};

/** The override after an event; undefined when it is not one that begins it. */
export const evolveOverride = (
  override: Override | undefined,
  event: GuardedEvent<typeof isOverrideEvent>,
): Override | undefined => {
  switch (event.type) {
    case 'OverrideRequested':
      return requested(event.data);
    case 'OverrideVoted': {
      const { role, isApproved, by, subject } = event.data;
      const vote = { role, isApproved, by, ...(subject === undefined ? {} : { subject }) };
      return override && { ...override, votes: new Map(override.votes).set(role, vote) };
    }
    case 'OverrideGranted':
      return override && { ...override, state: 'granted' };
    case 'OverrideRefused':
      return override && { ...override, state: 'refused' };
    case 'OverrideExpired':
      return override && { ...override, state: 'expired' };
  }
};

/** Whether it opens rails of its rollback at a moment. */
export const isOpening = ({ state, expiresAtMs }: Override, at: number): boolean =>
  state === 'granted' && at < expiresAtMs;

/** Overrides that are remembered: those that wait for votes, or opened or may open something within a day. */
export const keptOverrides = (
  overrides: ReadonlyMap<string, Override>,
  sinceMs: number,
): ReadonlyMap<string, Override> =>
  new Map([...overrides].filter(([, each]) => each.state === 'requested' || each.expiresAtMs >= sinceMs));

/** Their streams. */
export const overrideStreams = (overrides: ReadonlyMap<string, Override>): readonly string[] =>
  Array.from(overrides.keys(), streamOf.override);
