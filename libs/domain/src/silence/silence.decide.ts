import {
  event,
  type EventOf,
  type NewSilence,
  refuse,
  type Refusal,
  SILENCE_AHEAD_MS_MAX,
  SILENCE_DELAY_MS,
  SILENCE_MS_MAX,
  SILENCES_MAX,
} from '#contracts';
import { noticeAtMs, type Silence } from './silence.js';

/** Who asks, and when by the clock of the door. */
export interface Asking {
  readonly silenceId: string;
  readonly by: string;
  readonly nowMs: number;
  /** Silences that are not over. */
  readonly standing: number;
}

const DAY_MS = 86_400_000;

/**
 * Sets a silence. It begins some seconds from now at the earliest, so that the rules know of it before the first tick that it mutes,
 * now and in every replay.
 */
export const decideNewSilence = (
  wanted: NewSilence,
  { silenceId, by, nowMs, standing }: Asking,
): readonly EventOf<'SilenceCreated'>[] | Refusal => {
  const earliestMs = nowMs + SILENCE_DELAY_MS;
  const startsAtMs = Math.max(wanted.startsAtMs ?? 0, earliestMs);
  const endsAtMs = wanted.endsAtMs ?? startsAtMs + (wanted.durationMs ?? 0);
  if (endsAtMs <= startsAtMs) return refuse('BODY_INVALID', 'the silence would end before it begins', '/endsAtMs');
  if (endsAtMs - startsAtMs > SILENCE_MS_MAX)
    return refuse('BODY_INVALID', `a silence lasts ${SILENCE_MS_MAX / DAY_MS} days at most`, '/endsAtMs');
  if (startsAtMs > nowMs + SILENCE_AHEAD_MS_MAX)
    return refuse(
      'BODY_INVALID',
      `a silence is set ${SILENCE_AHEAD_MS_MAX / DAY_MS} days ahead at most`,
      '/startsAtMs',
    );
  if (standing >= SILENCES_MAX)
    return refuse('SILENCES_TOO_MANY', `${standing} silences stand, ${SILENCES_MAX} may: expire one first`);
  const { where, comment } = wanted;
  return [event('SilenceCreated', { silenceId, where, startsAtMs, endsAtMs, by, comment, at: nowMs })];
};

/** Ends a silence early, some seconds from now, as it began; one that ends sooner anyway stays as it is. */
export const decideExpiry = (
  { silenceId, endsAtMs }: Silence,
  { by, nowMs }: Pick<Asking, 'by' | 'nowMs'>,
): readonly EventOf<'SilenceExpired'>[] => {
  const soonMs = nowMs + SILENCE_DELAY_MS;
  return endsAtMs <= soonMs ? [] : [event('SilenceExpired', { silenceId, endsAtMs: soonMs, by, at: nowMs })];
};

/** What a tick says of a silence: that its end is near, with how many alerts it mutes, or that it is over. */
export const decideSilenceEnd = (
  silence: Silence,
  muting: number,
  at: number,
): readonly EventOf<'SilenceEndsSoon' | 'SilenceEnded'>[] => {
  const { silenceId, endsAtMs, hasMatched, isEndTold } = silence;
  if (at >= endsAtMs) return [event('SilenceEnded', { silenceId, hasMatched, at })];
  if (isEndTold || at < noticeAtMs(silence)) return [];
  return [event('SilenceEndsSoon', { silenceId, endsAtMs, muting, at })];
};
