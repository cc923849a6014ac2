import { type EventOf, event, HEADER, streamOf } from '#contracts';
import {
  decideDrillEnd,
  type Drill,
  DRILL_MS,
  type DrillTime,
  dueDrillDay,
  evolveDrill,
  isDrillEvent,
  isTooLate,
  newestDrill,
} from '#domain';
import type { EventLog } from '#event-log';
import type { Clock, Logger, NodeKeyring } from '#runtime';
import { type DeliveryRepository, drillKeyOf, type DrillRepository, type EventStore, LIST_ROWS_MAX } from '#store';

/** Drills under way that are looked at; one a minute is more than anybody has. */
const OPEN_DRILLS_MAX = 20;
/** Deliveries of one drill: one for each channel. */
const DRILL_DELIVERIES_MAX = 100;

/** When drills are by themselves, and through what. */
export interface DrillPlan {
  readonly time: DrillTime | undefined;
  readonly channel: string | undefined;
}

const SCHEDULE = 'schedule';
const drillIdOf = (day: string): string => `daily-${day}`;
const CONTENT_TYPE = 'application/json';

/** What drills need. */
export interface DrillsParts {
  readonly plan: DrillPlan;
  readonly eventStore: EventStore;
  readonly eventLog: Pick<EventLog, 'append'>;
  /** By which readers of the log know whose a signal is. */
  readonly nodeKeys: Pick<NodeKeyring, 'isRequired' | 'vouch'>;
  readonly drills: DrillRepository;
  readonly deliveries: Pick<DeliveryRepository, 'list'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Has drills begin when they are due, puts their signal into the log, and says how they ended. Every step is an event at an expected version:
 * of several dispatchers one takes it, and after a kill it is taken again; a signal that is told twice is one.
 */
export class DrillsReconciler {
  private lastDay: string | undefined;
  /** The newest drill that was looked at, and whether nobody ran it. */
  private late: { readonly day: string; readonly isLeftOut: boolean } | undefined;

  constructor(private readonly parts: DrillsParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    await this.begin();
    for (const { drillId } of await this.parts.drills.list({ limit: OPEN_DRILLS_MAX, isOpen: true }))
      await this.step(drillId);
  };

  /** The newest drill of the plan, if nobody ran it. */
  notice(): string | undefined {
    return this.late?.isLeftOut === true
      ? `the fire drill of ${this.late.day} was left out: no dispatcher could begin it within ten minutes`
      : undefined;
  }

  /** Looks once whether a drill was left out; before the first that was run by plan none was: the plan may be of today. */
  private async lookForLate(time: DrillTime, nowMs: number): Promise<void> {
    const { eventStore, drills, logger } = this.parts;
    const newest = newestDrill(time, nowMs);
    if (newest?.day !== this.late?.day) this.late = undefined;
    if (newest === undefined || this.late !== undefined || !isTooLate(newest, nowMs)) return;
    const { day } = newest;
    const isRun = (await eventStore.readStream(streamOf.drill(drillIdOf(day)))).length > 0;
    const isLeftOut =
      !isRun && (await drills.list({ limit: LIST_ROWS_MAX })).some((each) => each.requestedBy === SCHEDULE);
    this.late = { day, isLeftOut };
    if (isLeftOut) logger.warn({ day }, 'a fire drill was left out: no dispatcher could begin it within ten minutes');
  }

  private async begin(): Promise<void> {
    const { plan, clock } = this.parts;
    const at = clock.nowMs();
    if (plan.time === undefined) return;
    await this.lookForLate(plan.time, at);
    const day = dueDrillDay(plan.time, at);
    if (day === undefined || day === this.lastDay) return;
    const drillId = drillIdOf(day);
    const { channel } = plan;
    const told = { drillId, by: SCHEDULE, ...(channel !== undefined && { channel }), deadlineMs: at + DRILL_MS, at };
    // A conflict: it was begun, by another dispatcher or before a restart.
    await this.append(drillId, 0, event('DrillRequested', told));
    this.lastDay = day;
  }

  private async step(drillId: string): Promise<void> {
    const { eventStore, deliveries, clock, logger } = this.parts;
    const events = await eventStore.readStream(streamOf.drill(drillId));
    const drill = events.reduce<Drill | undefined>(
      (known, { event: happened }) => (isDrillEvent(happened) ? evolveDrill(known, happened) : known),
      undefined,
    );
    if (drill === undefined) return;
    const told = await deliveries.list({ dedupKey: drillKeyOf(drillId), limit: DRILL_DELIVERIES_MAX });
    const triggers = told.filter(({ action }) => action === 'trigger');
    const ended = decideDrillEnd(drill, triggers, clock.nowMs());
    if (ended !== undefined) {
      if (!(await this.append(drillId, events.length, ended))) return;
      const line = { ...ended.data };
      if (ended.type === 'DrillPassed') logger.info(line, 'a fire drill passed');
      else logger.error(line, 'a fire drill failed');
    } else if (drill.hops.signalled === undefined) await this.signal(drill, events.length);
  }

  private async signal({ drillId, channel }: Drill, version: number): Promise<void> {
    const { eventLog, nodeKeys, clock } = this.parts;
    const at = clock.nowMs();
    const signal = { type: 'drill', drillId, ...(channel !== undefined && { channel }), atUs: at * 1_000 };
    const value = Buffer.from(JSON.stringify(signal));
    const message = { topic: 'telemetry.signals', contentType: CONTENT_TYPE, body: value } as const;
    // Where readers demand a tag, a signal without one is a stranger's, and every drill would fail.
    const own = nodeKeys.isRequired ? nodeKeys.vouch(message) : undefined;
    const tag = own === undefined ? {} : { [HEADER.keyId]: own.keyId, [HEADER.tag]: own.tag };
    const headers = { [HEADER.contentType]: CONTENT_TYPE, ...tag };
    await eventLog.append('telemetry.signals', [{ key: drillId, value, headers }]);
    await this.append(drillId, version, event('DrillSignalled', { drillId, at }));
  }

  private async append(
    drillId: string,
    expectedVersion: number,
    happened: EventOf<'DrillRequested' | 'DrillSignalled' | 'DrillPassed' | 'DrillFailed'>,
  ): Promise<boolean> {
    const append = { stream: streamOf.drill(drillId), expectedVersion, events: [happened] };
    const result = await this.parts.eventStore.append([append], { actor: 'dispatcher', cause: 'drill' });
    return !('conflict' in result);
  }
}
