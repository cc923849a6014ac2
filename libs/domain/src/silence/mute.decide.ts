import { event, type EventOf, type Mute } from '#contracts';

/** What a tick says of whether one alert may page. */
export interface MuteWanted {
  readonly mute: Mute | undefined;
  /** Why not, where there was a mute and is none. */
  readonly because: string;
}

/** Mutes an alert, gives its mute another reason, or lets it page. The alert itself goes on in each case. */
export const decideMute = (
  alertId: string,
  before: Mute | undefined,
  { mute, because }: MuteWanted,
  at: number,
): readonly EventOf<'AlertMuted' | 'AlertUnmuted'>[] => {
  if (mute === undefined) return before === undefined ? [] : [event('AlertUnmuted', { alertId, because, at })];
  return before?.by === mute.by && before.id === mute.id ? [] : [event('AlertMuted', { alertId, mute, at })];
};
