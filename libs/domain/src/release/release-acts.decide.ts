import {
  event,
  type EventOf,
  isRefusal,
  type Lifting,
  type NewAttestation,
  type NewRehearsal,
  refuse,
  type Refusal,
  releaseName,
} from '#contracts';
import type { Acting } from '../rule/acting.js';
import type { Attestation, ReleaseRecord } from './release-record.js';

/** Somebody vouches for a release; the same again says nothing new. */
export const decideAttestation = (
  record: ReleaseRecord | undefined,
  attested: NewAttestation,
  { by, at }: Acting,
): readonly EventOf<'ReleaseAttested'>[] | Refusal => {
  if (attested.goodSinceMs > at)
    return refuse('BODY_INVALID', 'it cannot be good since later than now', '/goodSinceMs');
  const { goodSinceMs, nodes, isRollbackSafe } = attested;
  const known = record?.attested;
  const isSame = known?.goodSinceMs === goodSinceMs && known.nodes === nodes && known.isRollbackSafe === isRollbackSafe;
  return isSame ? [] : [event('ReleaseAttested', { ...attested, by, at })];
};

/** Going back to a release was tried out: each time is told, since it may have failed in between. */
export const decideRehearsal = (
  rehearsed: NewRehearsal,
  { by, at }: Acting,
): readonly EventOf<'RollbackRehearsed'>[] => [event('RollbackRehearsed', { ...rehearsed, by, at })];

/** Somebody lifts a quarantine; where there is none, that is no lifting, and nobody shall think that it was one. */
export const decideLifting = (
  record: ReleaseRecord | undefined,
  { service, release, comment }: Lifting,
  { by, at }: Acting,
): readonly EventOf<'QuarantineLifted'>[] | Refusal => {
  if (record?.quarantined === undefined)
    return refuse('RELEASE_NOT_QUARANTINED', `${releaseName(release)} of ${service} is not in quarantine`);
  return [event('QuarantineLifted', { service, release, by, comment, at })];
};

/** What lifting a quarantine would do, before anybody lifts it. */
export interface LiftingPreview {
  readonly service: string;
  readonly release: Lifting['release'];
  /** What put it there. */
  readonly quarantine: { readonly rollbackId: string; readonly because: string };
  /** What is said of it beside, and stays: null, nobody said anything. */
  readonly attested: Attestation | null;
  readonly isRehearsed: boolean | null;
  /** In a sentence. */
  readonly effect: string;
}

/** Shows what lifting a quarantine would do now; refused as the lifting would be. */
export const previewLifting = (
  record: ReleaseRecord | undefined,
  of: Pick<Lifting, 'service' | 'release'>,
  acting: Acting,
): LiftingPreview | Refusal => {
  const decided = decideLifting(record, { ...of, comment: 'preview' }, acting);
  if (isRefusal(decided)) return decided;
  if (record?.quarantined === undefined) throw new Error('a lifting that is not refused has a quarantine');
  const { attested = null, isRehearsed = null, quarantined: quarantine } = record;
  const effect = `${releaseName(of.release)} of ${of.service} may be declared and brought again, and the gates of its next rollout judge it anew`;
  return { ...of, quarantine, attested, isRehearsed, effect };
};
