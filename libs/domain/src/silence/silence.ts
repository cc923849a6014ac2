import type { EventOf, Selector } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/**
 * A silence: alerts that fit page nobody from its start to before its end, by log time. `set` → (`SilenceExpired`: its end moves
 * forward) → gone, with `SilenceEnded`, at the first tick at or after its end; nothing of it matters then any more. When it first
 * mutes something, and when its end is near, that is told once.
 */
export interface Silence {
  readonly silenceId: string;
  readonly where: Selector;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly by: string;
  readonly comment: string;
  readonly hasMatched: boolean;
  readonly isEndTold: boolean;
}

/** Events of a silence's stream. */
export const isSilenceEvent = isEventOf(
  'SilenceCreated',
  'SilenceExpired',
  'SilenceMatched',
  'SilenceEndsSoon',
  'SilenceEnded',
);

const created = ({ data }: EventOf<'SilenceCreated'>): Silence => {
  const { silenceId, where, startsAtMs, endsAtMs, by, comment } = data;
  return { silenceId, where, startsAtMs, endsAtMs, by, comment, hasMatched: false, isEndTold: false };
};

/** The silence after an event; undefined when it is over. */
export const evolveSilence = (
  silence: Silence | undefined,
  event: GuardedEvent<typeof isSilenceEvent>,
): Silence | undefined => {
  switch (event.type) {
    case 'SilenceCreated':
      return created(event);
    case 'SilenceExpired':
      return silence && { ...silence, endsAtMs: event.data.endsAtMs };
    case 'SilenceMatched':
      return silence && { ...silence, hasMatched: true };
    case 'SilenceEndsSoon':
      return silence && { ...silence, isEndTold: true };
    case 'SilenceEnded':
      return undefined;
  }
};

/** Whether something with a start and an end stands at a moment of log time. */
export const isOpenAt = ({ startsAtMs, endsAtMs }: { startsAtMs: number; endsAtMs: number }, atMs: number): boolean =>
  startsAtMs <= atMs && atMs < endsAtMs;

/** The longest notice ahead of an end: enough to look, and to set another. */
const NOTICE_MS = 600_000;

/** From when on an end is near: ten minutes before, or half of the time where that is shorter. */
export const noticeAtMs = ({ startsAtMs, endsAtMs }: { startsAtMs: number; endsAtMs: number }): number =>
  endsAtMs - Math.min(NOTICE_MS, (endsAtMs - startsAtMs) / 2);
