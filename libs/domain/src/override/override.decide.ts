import {
  APPROVAL_ROLES,
  type ApprovalRole,
  event,
  type EventData,
  type EventOf,
  refuse,
  type Refusal,
  refuseAll,
} from '#contracts';
import { classOfRail } from '../rollout/rail-class.js';
import type { Rollback } from '../rollout/rollback.js';
import { type Checklist, missingOf } from './checklist.js';
import { type Override, OVERRIDE_MS } from './override.js';

/** Who asks for what, and what speaks for it. */
export interface OverrideWish {
  readonly overrideId: string;
  readonly rails: readonly string[];
  readonly checklist: Checklist;
  readonly by: string;
  readonly comment: string;
  readonly at: number;
}

/** A rail that may be opened: of class S. One of class E binds no person, one of class X binds everybody. */
const railFault = (rail: string): string | undefined => {
  const railClass = classOfRail(rail);
  if (railClass === 'S') return undefined;
  const why = railClass === 'E' ? 'it binds no person: request the rollback' : 'nobody can override it';
  return `${rail} is of class ${railClass}: ${why}`;
};

/** A wish is told by the clock of its door and a refusal by that of the log: so far may a refusal of it lie before it. */
const CLOCKS_APART_MS = 1_000;

/** The rails that three people could open: those of class S among what refused since `sinceMs`, when it was asked for last, each once. */
export const openableRails = (
  refusals: readonly { readonly rail: string; readonly at: number }[],
  sinceMs: number,
): readonly string[] => {
  const standing = refusals.filter(({ at }) => at >= sinceMs - CLOCKS_APART_MS).map(({ rail }) => rail);
  return [...new Set(standing)].filter((rail) => railFault(rail) === undefined);
};

/** Asks three people to open what refused a rollback (R52-R54): only while the whole checklist holds, only rails of class S. */
export const decideOverrideRequest = (
  rollback: Rollback | undefined,
  standing: readonly Override[],
  { overrideId, rails, checklist, by, comment, at }: OverrideWish,
): readonly EventOf<'OverrideRequested'>[] | Refusal => {
  if (rollback === undefined) return refuse('NOT_FOUND', 'there is no such rollback');
  const { rollbackId, state, refusedRails } = rollback;
  if (state !== 'refused') return refuse('ROLLBACK_NOT_REFUSED', `rollback ${rollbackId} is ${state}`);
  const open = standing.find((each) => each.rollbackId === rollbackId && each.state === 'requested');
  if (open !== undefined && at < open.expiresAtMs)
    return refuse('OVERRIDE_OPEN', `${open.overrideId} waits for its votes already`);
  const named = [...new Set(rails)];
  const faults = named.flatMap((rail) => {
    const fault = refusedRails.has(rail) ? railFault(rail) : `${rail} did not refuse this rollback`;
    return fault === undefined ? [] : [{ pointer: '/rails', detail: fault }];
  });
  if (named.length === 0) return refuse('RAIL_NOT_OPENABLE', 'no rail is named', '/rails');
  if (faults.length > 0) return refuseAll('RAIL_NOT_OPENABLE', faults);
  const missing = missingOf(checklist);
  if (missing.length > 0)
    return refuseAll(
      'CHECKLIST_UNMET',
      missing.map((detail) => ({ pointer: '/checklist', detail })),
    );
  const of = { overrideId, rollbackId, rails: named, checklist, by, comment };
  return [event('OverrideRequested', { ...of, expiresAtMs: at + OVERRIDE_MS, at })];
};

/** What a vote makes of an override: itself, and with the third yes the grant, with a no the refusal. */
export type VoteEvent = EventOf<'OverrideVoted' | 'OverrideGranted' | 'OverrideRefused'>;

const endOf = (override: Override, vote: EventData<'OverrideVoted'>): readonly VoteEvent[] => {
  const { overrideId, rollbackId, votes } = override;
  const { role, by, at, isApproved } = vote;
  if (!isApproved) {
    const because = `${role} ${by} said no: ${vote.comment}`.slice(0, 500);
    return [event('OverrideRefused', { overrideId, because, at })];
  }
  const roles = new Set<ApprovalRole>([...votes.keys(), role]);
  const isComplete = APPROVAL_ROLES.every((each) => roles.has(each));
  return isComplete ? [event('OverrideGranted', { overrideId, rollbackId, at })] : [];
};

/** Who it is, and under which name. */
type Voter = Pick<EventData<'OverrideVoted'>, 'by' | 'subject'>;

/** `engineering_vp:eve` → `eve` */
const nameIn = (by: string): string => by.slice(by.indexOf(':') + 1);

/** Behind a key stands whoever it was given to, and a person may hold keys of several roles: there the name says who it is. */
const isByName = ({ subject }: Voter): boolean => subject === undefined || subject.startsWith('key:');

/** Two tokens are of one person if their subject is the same, whatever name is shown; with a key on a side also if the name is. */
const isSamePerson = (a: Voter, b: Voter): boolean =>
  (a.subject !== undefined && a.subject === b.subject) ||
  ((isByName(a) || isByName(b)) && nameIn(a.by) === nameIn(b.by));

/**
 * One vote of one of the three roles (R53): each role once, each person once, in time. One no is the end. The stream's version keeps two
 * that vote at the same moment apart.
 */
export const decideVote = (
  override: Override | undefined,
  vote: Omit<EventData<'OverrideVoted'>, 'overrideId'>,
): readonly VoteEvent[] | Refusal => {
  if (override === undefined) return refuse('NOT_FOUND', 'there is no such override');
  const { overrideId, state, votes, expiresAtMs } = override;
  if (state !== 'requested') return refuse('OVERRIDE_ENDED', `override ${overrideId} is ${state}`);
  if (vote.at >= expiresAtMs) return refuse('OVERRIDE_ENDED', `override ${overrideId} has expired`);
  if (votes.has(vote.role)) return refuse('VOTE_TWICE', `${vote.role} has voted`, '/role');
  const own = [...votes.values()].find((each) => isSamePerson(each, vote));
  if (own !== undefined)
    return refuse('VOTE_TWICE', `${nameIn(vote.by)} has voted as ${own.role}: three people must agree`);
  const voted = { overrideId, ...vote };
  return [event('OverrideVoted', voted), ...endOf(override, voted)];
};
