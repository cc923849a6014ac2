import { isRefusal, type NewSilence, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import { decideExpiry, decideNewSilence, evolveSilence, isOpenAt, isSilenceEvent, type Silence } from '#domain';
import type { Clock } from '#runtime';
import type { EventStore, QuietRepository, SilenceRow } from '#store';
import { metadataOf, saying } from './act-metadata.js';
import { appendAgain, appendNew } from './append-again.js';
import { newId } from './new-id.js';

/** What silences are set and expired with. */
export interface SilenceParts {
  readonly store: EventStore;
  readonly repository: Pick<QuietRepository, 'silence' | 'standing'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** A silence, and whether it mutes at this moment. */
export interface SilenceReport extends SilenceRow {
  readonly status: 'pending' | 'active' | 'ended';
}

/** A silence as it is at a moment. */
export const silenceReport = (row: SilenceRow, nowMs: number): SilenceReport => {
  const { startsAt, endsAt, hasMatched } = row;
  if (hasMatched !== null || nowMs >= endsAt) return { ...row, status: 'ended' };
  return { ...row, status: isOpenAt({ startsAtMs: startsAt, endsAtMs: endsAt }, nowMs) ? 'active' : 'pending' };
};

const reported = async ({ repository, clock }: SilenceParts, silenceId: string): Promise<SilenceReport> => {
  const row = await repository.silence(silenceId);
  if (row === undefined) throw new Error(`silence ${silenceId} has a stream and no row`);
  return silenceReport(row, clock.nowMs());
};

/** Sets a silence. */
export const addSilence = async (
  parts: SilenceParts,
  wanted: NewSilence,
  caller: Principal,
): Promise<SilenceReport | Refusal> => {
  const metadata = metadataOf(saying(caller, wanted.comment), 'add silence');
  const by = metadata.actor;
  const silenceId = `s-${newId()}`;
  const decide = async () => {
    const nowMs = parts.clock.nowMs();
    const standing = await parts.repository.standing(nowMs);
    const events = decideNewSilence(wanted, { silenceId, by, nowMs, standing });
    return isRefusal(events) ? events : { stream: streamOf.silence(silenceId), expectedVersion: 0, events };
  };
  const made = await appendNew(parts.store, metadata, {
    newId: silenceId,
    decide,
    idIn: (event) => (event.type === 'SilenceCreated' ? event.data.silenceId : undefined),
  });
  return isRefusal(made) ? made : reported(parts, made);
};

interface Known {
  readonly silence: Silence | undefined;
  readonly version: number;
}

const readSilence = async (store: EventStore, silenceId: string): Promise<Known> => {
  let known: Known = { silence: undefined, version: 0 };
  for (const { event, version } of await store.readStream(streamOf.silence(silenceId)))
    if (isSilenceEvent(event)) known = { silence: evolveSilence(known.silence, event), version };
  return known;
};

/** Ends a silence early. One that is over, or is about to be, stays as it is. */
export const expireSilence = async (
  parts: SilenceParts,
  silenceId: string,
  caller: Principal,
): Promise<SilenceReport | Refusal> => {
  const metadata = metadataOf(caller, 'expire silence');
  const by = metadata.actor;
  const refusal = await appendAgain(parts.store, metadata, async () => {
    const { silence, version } = await readSilence(parts.store, silenceId);
    if (version === 0) return refuse('NOT_FOUND', `there is no silence ${silenceId}`);
    const events = silence === undefined ? [] : decideExpiry(silence, { by, nowMs: parts.clock.nowMs() });
    return { stream: streamOf.silence(silenceId), expectedVersion: version, events };
  });
  return refusal ?? reported(parts, silenceId);
};
