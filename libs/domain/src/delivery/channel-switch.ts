import { event, type Event, type EventData, refuse, type Refusal } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import type { Acting } from '../rule/acting.js';

/** Whether anything is sent through a channel, from the events of its stream. */
export interface ChannelSwitch {
  /** Why nothing is; undefined while everything is. */
  readonly disabled: EventData<'ChannelDisabled'> | undefined;
}

/** A channel that nothing was ever said of. */
export const ENABLED: ChannelSwitch = { disabled: undefined };

/** Events of a channel's stream. */
export const isChannelEvent = isEventOf('ChannelDisabled', 'ChannelEnabled');

/** The switch after an event. */
export const evolveChannel = (_before: ChannelSwitch, told: GuardedEvent<typeof isChannelEvent>): ChannelSwitch =>
  told.type === 'ChannelDisabled' ? { disabled: told.data } : ENABLED;

/** Disables a channel whose receiver wants nothing more; once. */
export const decideDisabling = (
  { disabled }: ChannelSwitch,
  data: EventData<'ChannelDisabled'>,
): readonly EventData<'ChannelDisabled'>[] => (disabled === undefined ? [data] : []);

/** Sends through a channel again. */
export const decideEnabling = (
  { disabled }: ChannelSwitch,
  channel: string,
  { by, at }: Acting,
): readonly Event[] | Refusal =>
  disabled === undefined
    ? refuse('CHANNEL_NOT_DISABLED', `channel ${channel} is not disabled`)
    : [event('ChannelEnabled', { channel, by, at })];
