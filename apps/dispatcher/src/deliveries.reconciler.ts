import { event, streamOf } from '#contracts';
import type { Clock, Logger } from '#runtime';
import type { DeliveryRepository, DueDelivery, EventStore } from '#store';
import { type AttemptAnswer, type AttemptVerdict, decideAttempt } from './channels/attempt.decide.js';
import type { Channel, Channels } from './channels/channel.js';
import { redact } from './channels/post.js';
import { decideDelivery, withinExpiry } from './delivery.decide.js';
import { DELIVERY_LEASE_MS, SENDS_PER_CHANNEL_MAX } from './dispatcher.config.js';

/** What delivering needs. */
export interface DeliveriesParts {
  readonly deliveries: DeliveryRepository;
  readonly eventStore: EventStore;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** Told when an attempt was recorded: a place is free, and what waited behind it may be due. */
  readonly onAttempted: () => void;
}

interface Sending {
  readonly channel: string;
  readonly abort: AbortController;
  done: Promise<void>;
}

const sendOnce = async (
  channel: Channel,
  delivery: DueDelivery,
  nowMs: number,
  signal: AbortSignal,
): Promise<AttemptAnswer> => {
  try {
    return await channel.send(delivery, { nowMs, signal });
  } catch (error) {
    return { kind: 'unsendable', detail: redact(String(error), channel.secrets) };
  }
};

/**
 * Claims what is due and begins to send it. A run does not wait for receivers: sends go on beside it, up to
 * `SENDS_PER_CHANNEL_MAX` of each channel, and each records its attempt itself. What dies between the send and the record is sent
 * again when its claim has run out, and the receiver folds it by its key.
 */
export class DeliveriesReconciler {
  private readonly sending = new Map<string, Sending>();
  /** The last attempt that could not be recorded: a run fails with it until one can, or until its delivery is claimed again. */
  private unrecorded: { readonly error: Error; readonly untilMs: number } | undefined;

  constructor(private readonly parts: DeliveriesParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    const { deliveries, clock } = this.parts;
    for (const channel of await deliveries.dueChannels(clock.nowMs())) await this.claim(channel);
    if (this.unrecorded !== undefined && clock.nowMs() < this.unrecorded.untilMs) throw this.unrecorded.error;
    this.unrecorded = undefined;
  };

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.sending.size > 0) await Promise.all([...this.sending.values()].map(({ done }) => done));
  }

  /** Lets sends finish for `graceMs`, then breaks off the others and gives their claims back. */
  async stop(graceMs: number): Promise<void> {
    const isSettled = new AbortController();
    const settled = this.settled().finally(() => isSettled.abort());
    await Promise.race([settled, this.parts.clock.sleep(graceMs, isSettled.signal)]);
    for (const { abort } of this.sending.values()) abort.abort();
    await settled;
  }

  private async claim(channel: string): Promise<void> {
    const { deliveries, clock } = this.parts;
    const underWay = [...this.sending.values()].filter((sending) => sending.channel === channel).length;
    if (underWay >= SENDS_PER_CHANNEL_MAX) return;
    const free = SENDS_PER_CHANNEL_MAX - underWay;
    for (const due of await deliveries.claimDue(clock.nowMs(), free, DELIVERY_LEASE_MS, channel))
      // Our own claim that ran out, when recording takes that long: the attempt under way still counts.
      if (!this.sending.has(due.deliveryId)) this.begin(due);
  }

  private begin(delivery: DueDelivery): void {
    const { deliveryId, channel } = delivery;
    const abort = new AbortController();
    const done = this.attempt(delivery, abort.signal)
      .catch((error: Error) => {
        const failed = new Error(`record an attempt of delivery ${deliveryId}`, { cause: error });
        this.unrecorded = { error: failed, untilMs: this.parts.clock.nowMs() + DELIVERY_LEASE_MS };
      })
      .finally(() => {
        this.sending.delete(deliveryId);
        this.parts.onAttempted();
      });
    this.sending.set(deliveryId, { channel, abort, done });
  }

  private async attempt(delivery: DueDelivery, signal: AbortSignal): Promise<void> {
    const { channels, clock, random } = this.parts;
    const step = decideDelivery(delivery, channels, clock.nowMs());
    if (step.do === 'give up') {
      await this.record(delivery, { outcome: 'gave_up', status: null, detail: step.because, dueAtMs: null });
      return;
    }
    const answer = await sendOnce(step.channel, delivery, clock.nowMs(), signal);
    if (signal.aborted && answer.kind !== 'answered') {
      await this.parts.deliveries.release(delivery.deliveryId);
      return;
    }
    const verdict = decideAttempt(answer, delivery.attempts + 1, clock.nowMs(), random());
    await this.record(delivery, withinExpiry(delivery, verdict));
  }

  private async record(delivery: DueDelivery, verdict: AttemptVerdict): Promise<void> {
    const { eventStore, clock } = this.parts;
    const { deliveryId, version } = delivery;
    const stream = streamOf.delivery(deliveryId);
    const attempt = delivery.attempts + 1;
    const attempted = event('DeliveryAttempted', { deliveryId, attempt, ...verdict, at: clock.nowMs() });
    const result = await eventStore.append([{ stream, expectedVersion: version, events: [attempted] }], {
      actor: 'dispatcher',
      cause: `${stream}@${version}`,
    });
    this.unrecorded = undefined;
    this.tell(delivery, verdict, 'conflict' in result);
  }

  private tell({ channel, dedupKey, action, attempts }: DueDelivery, verdict: AttemptVerdict, isLate: boolean): void {
    const { logger } = this.parts;
    const { outcome, status, detail } = verdict;
    const line = { channel, dedupKey, action, attempt: attempts + 1, outcome, status, detail };
    // The claim ran out while the receiver took its time, and another dispatcher has recorded its own attempt.
    if (isLate) logger.info(line, 'an attempt was recorded by another dispatcher');
    else if (outcome === 'gave_up') logger.error(line, 'a delivery was given up');
    else logger.info(line, 'attempted a delivery');
  }
}
