import type { Event } from '#contracts';
import type { IncidentCalls } from './route.js';

/**
 * Who took an incident on at a receiver need not be told there that they did. Where a plan calls several through that channel, nobody knows
 * at which of them it was.
 */
export const isEcho = (
  told: Event,
  calls: Pick<IncidentCalls, 'called'> | undefined,
  { dedupKey, channel }: { readonly dedupKey: string; readonly channel: string },
): boolean =>
  told.type === 'IncidentAcknowledged' &&
  told.data.via === channel &&
  dedupKey === told.data.incidentId &&
  (calls === undefined || calls.called.filter((each) => each.channel === channel).length === 1);
