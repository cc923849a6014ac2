import type { WaitingParts } from '#runtime';
import { createEventStore } from '#store';
import { pageChannels } from '../channel-registration.js';
import { type DispatcherSettings, RECONCILE_EVERY_MS } from '../dispatcher.config.js';
import { withLinks } from '../page-links.js';
import { openDegraded } from './degraded.js';

/** No signal of a drill is tagged: none is sent without the database. */
const NO_KEYS = {
  isRequired: true,
  vouch: (): never => {
    throw new Error('a drill needs the database');
  },
};

/**
 * The dispatcher while its database has not answered since the start: it sends what its spool holds and what rules tell by `pages.urgent`,
 * and watches whether telemetry is stale. The dead-man's switch is let go. What it leaves in the spool is what the whole one begins with.
 */
export const pageMeanwhile = async (
  settings: DispatcherSettings,
  { links, ...parts }: WaitingParts,
  random: () => number,
): Promise<() => Promise<void>> => {
  if (settings.degraded === undefined) return async () => undefined;
  const { database, clock, logger } = parts;
  const degraded = await openDegraded({
    ...parts,
    settings: settings.degraded,
    channels: pageChannels(withLinks(settings.channels, links)),
    eventStore: createEventStore(database, clock.nowMs),
    nodeKeys: NO_KEYS,
    random,
    deliveriesFailed: () => 'the database has not answered since the start',
    onCrash: (error) => logger.error({ err: error }, 'urgent pages cannot be read while the database is waited for'),
  });
  const ending = new AbortController();
  const tick = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      degraded.tick();
      await clock.sleep(RECONCILE_EVERY_MS, ending.signal);
    }
  };
  const ticking = tick();
  return async () => {
    ending.abort();
    await ticking;
    await degraded.stop();
    await degraded.close();
  };
};
