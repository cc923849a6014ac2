import type { RecordedEvent } from '#contracts';
import type { EventLog } from '#event-log';
import type { Clock, Logger } from '#runtime';
import {
  createChannelRepository,
  createCommandRepository,
  createDeliveryRepository,
  createPositionRepository,
  createZoneRegistryRepository,
  type Database,
  type EventStore,
} from '#store';
import { registerChannels } from './channel-registration.js';
import { openCommandKey } from './command-key.js';
import { DeliveriesReconciler } from './deliveries.reconciler.js';
import { type DispatcherSettings, SHUTDOWN_MS_MAX } from './dispatcher.config.js';
import { PublishReconciler } from './publish.reconciler.js';
import { Rounds } from './rounds.js';
import { createSignReconciler } from './sign.reconciler.js';
import { ZonesReconciler } from './zones.reconciler.js';

/** What a dispatcher stands on. */
export interface DispatcherParts {
  readonly settings: DispatcherSettings;
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The dispatcher, without whatever ticks it. */
export interface Dispatcher {
  /** Lets every reconciler look. */
  readonly tick: () => void;
  /** Runs every reconciler until nothing that is due now is left, and waits for the sends. */
  readonly settle: () => Promise<void>;
  /** Why the last run of a reconciler failed; undefined when none did. A failing receiver is not a reason. */
  readonly unready: () => string | undefined;
  /** Bounded: what a receiver does not answer in time is given back. */
  readonly stop: () => Promise<void>;
}

const has = (events: readonly RecordedEvent[], type: RecordedEvent['event']['type']): boolean =>
  events.some(({ event }) => event.type === type);

interface Reconcilers {
  readonly sign: Rounds;
  readonly deliver: Rounds;
  readonly publish: Rounds;
  readonly zones: Rounds;
  readonly deliveries: DeliveriesReconciler;
}

const reconcilersOf = async (parts: DispatcherParts): Promise<Reconcilers> => {
  const { settings, database, logger } = parts;
  const key = await openCommandKey(settings, logger);
  // Each tells the others of what it left for them, so that nothing waits for the next tick.
  const onSigned = (): void => {
    deliver.signal();
    publish.signal();
  };
  const onPublished = (events: readonly RecordedEvent[]): void => {
    if (has(events, 'CommandIssued')) sign.signal();
    if (has(events, 'DeliveryRequested')) deliver.signal();
  };
  const signing = createSignReconciler({ ...parts, commands: createCommandRepository(database), key, onSigned });
  const deliveries = new DeliveriesReconciler({
    ...parts,
    channels: settings.channels,
    deliveries: createDeliveryRepository(database),
    onAttempted: () => deliver.signal(),
  });
  const publishing = new PublishReconciler({ ...parts, positions: createPositionRepository(database), onPublished });
  const registry = createZoneRegistryRepository(database);
  const sign = new Rounds('sign', signing, logger);
  const deliver = new Rounds('deliveries', deliveries.reconcile, logger);
  const publish = new Rounds('publish', publishing.reconcile, logger);
  const zones = new Rounds('zones', new ZonesReconciler({ ...parts, registry }).reconcile, logger);
  return { sign, deliver, publish, zones, deliveries };
};

/** Registers the channels and opens the command key; nothing runs until the first tick. */
export const createDispatcher = async (parts: DispatcherParts): Promise<Dispatcher> => {
  const { settings, database, logger } = parts;
  const { sign, deliver, publish, zones, deliveries } = await reconcilersOf(parts);
  await registerChannels(settings.channels, createChannelRepository(database), logger);
  const all = [sign, deliver, publish, zones];
  return {
    tick: () => {
      for (const rounds of all) rounds.tick();
    },
    settle: async () => {
      await sign.run();
      await deliver.run();
      await deliveries.settled();
      await deliver.run();
      await publish.run();
      await zones.run();
      // Publishing told the others of what it published: a tick that came while they still look would be let go.
      do {
        await Promise.all(all.map((rounds) => rounds.ended()));
        await deliveries.settled();
      } while (all.some(({ isRunning }) => isRunning));
    },
    unready: () => {
      const failed = all.filter(({ failure }) => failure !== undefined);
      return failed.length === 0 ? undefined : failed.map(({ name, failure }) => `${name}: ${failure}`).join('; ');
    },
    stop: async () => {
      await Promise.all(all.map((rounds) => rounds.stop()));
      await deliveries.stop(SHUTDOWN_MS_MAX);
    },
  };
};
