import type { KeptHead } from '#contracts';
import type { EventLog } from '#event-log';
import { type Clock, type Logger, type Meters, type NodeKeyring, type Notices, Rounds, type Traces } from '#runtime';
import {
  createChannelRecordRepository,
  createChannelRepository,
  createDeliveryClaims,
  createDeliveryQueues,
  createDeliveryRepository,
  createEscalationRepository,
  createPositionRepository,
  createStandingPageRepository,
  createZoneRegistryRepository,
  type Database,
  type EventStore,
} from '#store';
import { ANCHOR_EVERY_MS, AuditAnchorReconciler } from './audit-anchor.reconciler.js';
import { pageChannels, registerChannels } from './channel-registration.js';
import { ChannelTroubleReconciler } from './channel-trouble.reconciler.js';
import { type Degraded, openDegraded } from './degraded/degraded.js';
import { DeliveriesReconciler } from './deliveries.reconciler.js';
import { DeliveryCounts, meterDispatcher } from './dispatcher.meters.js';
import { type DispatcherSettings, SHUTDOWN_MS_MAX } from './dispatcher.config.js';
import { every } from './every.js';
import { EscalationsReconciler } from './escalations.reconciler.js';
import { FallOverReconciler } from './fall-over.reconciler.js';
import { PublishReconciler } from './publish.reconciler.js';
import { RefreshReconciler } from './refresh.reconciler.js';
import { PostMortemsReconciler } from './post-mortems.reconciler.js';
import { NOT_SPOOLED } from './spool/hand-over.js';
import { StatusUpdatesReconciler } from './status-updates.reconciler.js';
import { ZonesReconciler } from './zones.reconciler.js';

/** What a dispatcher stands on. */
export interface DispatcherParts {
  readonly settings: DispatcherSettings;
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly eventLog: EventLog;
  /** Tags the signals of drills. */
  readonly nodeKeys: Pick<NodeKeyring, 'isRequired' | 'vouch'>;
  /** Told of what was published; tells of what was signed. */
  readonly notices: Notices;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told when a part stopped for good. */
  readonly onFatal?: (what: string, error: Error) => void;
  readonly meters?: Meters;
  readonly traces?: Traces;
}

/** The dispatcher, without whatever ticks it. */
export interface Dispatcher {
  /** Lets every reconciler look. */
  readonly tick: () => void;
  /** Runs every reconciler until nothing that is due now is left, and waits for the sends. */
  readonly settle: () => Promise<void>;
  /** Why the last run of a reconciler failed; undefined when none did. A failing receiver is not a reason. */
  readonly unready: () => string | undefined;
  /** What should be known of a dispatcher that is ready. */
  readonly notice: () => string | undefined;
  /** Bounded: what a receiver does not answer in time is given back. */
  readonly stop: () => Promise<void>;
}

interface Reconcilers {
  readonly deliver: Rounds;
  readonly fallOver: Rounds;
  readonly trouble: Rounds;
  readonly publish: Rounds;
  readonly zones: Rounds;
  readonly refresh: Rounds;
  readonly statusUpdates: Rounds;
  readonly postMortems: Rounds;
  readonly escalate: Rounds;
  readonly escalations: EscalationsReconciler;
  readonly deliveries: DeliveriesReconciler;
  readonly refreshing: RefreshReconciler;
}

/** The channels for pages, in the order in which they stand in for each other: as they are set, or as they are configured. */
const orderOf = async ({ settings, database }: DispatcherParts): Promise<readonly string[]> => {
  const registered = await createChannelRepository(database).list();
  const forPages = new Set(registered.filter(({ subject }) => subject === 'page').map(({ name }) => name));
  return (settings.fallOver ?? [...settings.channels.keys()]).filter((name) => forPages.has(name));
};

const countsOf = ({ meters, settings }: DispatcherParts): { readonly counts?: DeliveryCounts } => {
  if (meters === undefined) return {};
  const counts = new DeliveryCounts(settings.channels.keys());
  counts.meter(meters);
  return { counts };
};

const deliveriesOf = (parts: DispatcherParts, order: readonly string[], degraded: () => Degraded | undefined) => {
  const { database, logger } = parts;
  const shared = {
    ...parts,
    channels: parts.settings.channels,
    order,
    claims: createDeliveryClaims(database),
    queues: createDeliveryQueues(database),
  };
  const deliveries = new DeliveriesReconciler({
    ...shared,
    deliveries: createDeliveryRepository(database),
    onAttempted: () => {
      deliver.signal();
      // What was just given up falls over at once.
      fallOver.signal();
    },
    spooled: async (delivery) => (await degraded()?.spooled(delivery)) ?? NOT_SPOOLED,
    ...countsOf(parts),
  });
  const falling = new FallOverReconciler({ ...shared, onFellOver: () => deliver.signal() });
  const deliver = new Rounds('deliveries', deliveries.reconcile, logger);
  const fallOver = new Rounds('fall over', falling.reconcile, logger);
  const telling = new ChannelTroubleReconciler({
    ...shared,
    records: createChannelRecordRepository(database),
    deliveries: createDeliveryRepository(database),
    onTold: () => deliver.signal(),
  });
  const trouble = new Rounds('channel trouble', telling.reconcile, logger);
  return { deliveries, deliver, fallOver, trouble };
};

const reconcilersOf = (
  parts: DispatcherParts,
  order: readonly string[],
  degraded: () => Degraded | undefined,
): Reconcilers => {
  const { database, notices, logger } = parts;
  const { deliveries, deliver, fallOver, trouble } = deliveriesOf(parts, order, degraded);
  const publishing = new PublishReconciler({
    ...parts,
    positions: createPositionRepository(database),
    onPublished: (events) => notices.tell(events),
  });
  const registry = createZoneRegistryRepository(database);
  const escalations = new EscalationsReconciler({ ...parts, escalations: createEscalationRepository(database) });
  const escalate = new Rounds('escalations', escalations.reconcile, logger);
  const publish = new Rounds('publish', publishing.reconcile, logger);
  const zones = new Rounds('zones', new ZonesReconciler({ ...parts, registry }).reconcile, logger);
  const refreshing = new RefreshReconciler({
    ...parts,
    channels: parts.settings.channels,
    pages: createStandingPageRepository(database),
  });
  const refresh = new Rounds('refresh', refreshing.reconcile, logger);
  const telling = new StatusUpdatesReconciler({ ...parts, policy: parts.settings.statusPolicy });
  const statusUpdates = new Rounds('status updates', telling.reconcile, logger);
  const postMortems = new Rounds('post-mortems', new PostMortemsReconciler(parts).reconcile, logger);
  // Nothing that was left for one of them waits for the next tick.
  notices.listen('CommandSigned', () => {
    deliver.signal();
    publish.signal();
  });
  notices.listen('DeliveryRequested', () => deliver.signal());
  return {
    deliver,
    fallOver,
    trouble,
    publish,
    zones,
    refresh,
    statusUpdates,
    postMortems,
    escalate,
    deliveries,
    refreshing,
    escalations,
  };
};

const degradedOf = async (
  parts: DispatcherParts,
  deliveriesFailed: () => string | undefined,
  keptHead: () => KeptHead | undefined,
): Promise<Degraded | undefined> => {
  const { settings, database, clock, onFatal } = parts;
  if (settings.degraded === undefined) return undefined;
  const channels = pageChannels(settings.channels);
  const onCrash = (error: Error): void => onFatal?.('urgent pages', error);
  const escalations = createEscalationRepository(database);
  const overdueEscalations = async (): Promise<number> => (await escalations.overdueEscalations(clock.nowMs())).length;
  return openDegraded({
    ...parts,
    settings: settings.degraded,
    channels,
    deliveriesFailed,
    overdueEscalations,
    keptHead,
    onCrash,
  });
};

/** Registers the channels; nothing runs until the first tick. */
export const createDispatcher = async (parts: DispatcherParts): Promise<Dispatcher> => {
  const { settings, database, clock, logger } = parts;
  await registerChannels(settings.channels, createChannelRepository(database), logger);
  let degraded: Degraded | undefined;
  const reconcilers = reconcilersOf(parts, await orderOf(parts), () => degraded);
  const { deliver, fallOver, trouble, publish, zones, refresh, statusUpdates, postMortems, escalate } = reconcilers;
  const { deliveries, refreshing, escalations } = reconcilers;
  const all = [escalate, statusUpdates, postMortems, deliver, fallOver, trouble, publish, zones, refresh];
  const failedRounds = (): string | undefined => {
    const failed = all.filter(({ failure }) => failure !== undefined);
    return failed.map(({ name, failure }) => `${name}: ${failure}`).join('; ') || undefined;
  };
  const anchoring = new AuditAnchorReconciler(parts);
  const anchor = new Rounds('audit anchor', anchoring.reconcile, logger);
  const tickAnchor = every(clock, ANCHOR_EVERY_MS, anchor);
  // An escalation that is overdue is told, and is no reason to go round the database.
  degraded = await degradedOf(parts, failedRounds, () => anchoring.head());
  if (parts.meters !== undefined)
    meterDispatcher(parts.meters, {
      rounds: all,
      queues: createDeliveryQueues(database),
      nowMs: parts.clock.nowMs,
      sending: () => deliveries.underWay,
      degraded: async () => degraded?.readings(),
    });
  return {
    tick: () => {
      for (const rounds of all) rounds.tick();
      tickAnchor();
      degraded?.tick();
    },
    settle: async () => {
      await degraded?.settle();
      await escalate.run();
      await statusUpdates.run();
      await postMortems.run();
      await deliver.run();
      await deliveries.settled();
      await fallOver.run();
      await trouble.run();
      await deliver.run();
      await publish.run();
      await zones.run();
      await refresh.run();
      // Publishing told the others of what it published: a tick that came while they still look would be let go.
      do {
        await Promise.all(all.map((rounds) => rounds.ended()));
        await deliveries.settled();
      } while (all.some(({ isRunning }) => isRunning));
    },
    unready: () =>
      [failedRounds(), escalations.unready()].filter((words) => words !== undefined).join('; ') || undefined,
    notice: () =>
      [degraded?.notice(), anchoring.notice()].filter((words) => words !== undefined).join('; ') || undefined,
    stop: async () => {
      refreshing.stop();
      await Promise.all([...all, anchor].map((rounds) => rounds.stop()));
      await Promise.all([deliveries.stop(SHUTDOWN_MS_MAX), degraded?.stop()]);
      // Deliveries ask it until they have ended.
      await degraded?.close();
    },
  };
};
