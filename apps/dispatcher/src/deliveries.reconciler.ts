import { redact } from '#outgoing';
import { event, streamOf } from '#contracts';
import { evolveDelivery, isDeliveryEvent, type Delivery } from '#domain';
import { type Clock, type Logger, NO_TRACES, type Traces } from '#runtime';
import type { DeliveryClaims, DeliveryQueues, DeliveryRepository, DueDelivery, EventStore } from '#store';
import { disableChannel, standInFor } from './channel-disabling.js';
import { type AttemptAnswer, type AttemptVerdict, decideAttempt } from './channels/attempt.decide.js';
import type { Channel, Channels } from './channels/channel.js';
import { decideDelivery, type DeliveryStep, withinExpiry } from './delivery.decide.js';
import type { DeliveryCounts } from './dispatcher.meters.js';
import { DELIVERY_LEASE_MS, SENDS_NOT_URGENT_MAX, SENDS_PER_CHANNEL_MAX } from './dispatcher.config.js';
import { NOT_SPOOLED, type SpooledAnswer } from './spool/hand-over.js';
import { supersede } from './superseding.js';

/** What delivering needs. */
export interface DeliveriesParts {
  readonly deliveries: DeliveryRepository;
  readonly claims: DeliveryClaims;
  readonly queues: DeliveryQueues;
  readonly eventStore: EventStore;
  readonly channels: Channels;
  /** The channels for pages, in the order in which they stand in for each other. */
  readonly order: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** Told when an attempt was recorded: a place is free, and what waited behind it may be due. */
  readonly onAttempted: () => void;
  /** What is known of it already: it left while the database was away. */
  readonly spooled?: (delivery: DueDelivery) => Promise<SpooledAnswer>;
  /** Told of each attempt that was recorded. */
  readonly counts?: Pick<DeliveryCounts, 'attempted'>;
  readonly traces?: Traces;
}

interface Sending {
  readonly channel: string;
  readonly isUrgent: boolean;
  readonly abort: AbortController;
  done: Promise<void>;
}

/** What is done with a claimed delivery; `told`: what is known of it already. */
type Ready =
  | { readonly do: 'record'; readonly verdict: AttemptVerdict }
  | (DeliveryStep & { readonly do: 'send'; readonly told: SpooledAnswer });

const gaveUp = ({ because, isUnknown }: DeliveryStep & { readonly do: 'give up' }): AttemptVerdict => ({
  outcome: 'gave_up',
  status: null,
  detail: because,
  ...(isUnknown === true ? { isUnknown: true } : {}),
  dueAtMs: null,
});

const sendOnce = async (
  channel: Channel,
  delivery: DueDelivery,
  nowMs: number,
  signal: AbortSignal,
): Promise<AttemptAnswer> => {
  try {
    return await channel.send(delivery, { nowMs, signal, known: delivery.known ?? undefined });
  } catch (error) {
    return { kind: 'unsendable', detail: redact(String(error), channel.secrets) };
  }
};

/**
 * Claims what is due, as much as the pace and the breaker of each receiver let leave, and begins to send it. A run does not wait for
 * receivers: sends go on beside it, up to `SENDS_PER_CHANNEL_MAX` of each channel, and each records its attempt itself. What dies between
 * the send and the record is sent again when its claim has run out, and the receiver folds it by its key.
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

  /** Sends that are under way. */
  get underWay(): number {
    return this.sending.size;
  }

  private get traces(): Traces {
    return this.parts.traces ?? NO_TRACES;
  }

  private async claim(name: string): Promise<void> {
    const { claims, clock, channels } = this.parts;
    const underWay = [...this.sending.values()].filter((sending) => sending.channel === name);
    const all = SENDS_PER_CHANNEL_MAX - underWay.length;
    if (all <= 0) return;
    const notUrgent = Math.max(0, SENDS_NOT_URGENT_MAX - underWay.filter(({ isUrgent }) => !isUrgent).length);
    const terms = { nowMs: clock.nowMs(), leaseMs: DELIVERY_LEASE_MS, pace: channels.get(name)?.pace };
    for (const due of await claims.claim(name, { all, notUrgent }, terms))
      // Our own claim that ran out, when recording takes that long: the attempt under way still counts.
      if (!this.sending.has(due.deliveryId)) this.begin(due);
  }

  private begin(delivery: DueDelivery): void {
    const { deliveryId, channel, isUrgent, action } = delivery;
    const abort = new AbortController();
    const attempted = () => this.attempt(delivery, abort.signal);
    const done = this.traces.span('delivery attempt', { channel, action, deliveryId }, attempted).then(
      () => {
        this.sending.delete(deliveryId);
        this.parts.onAttempted();
      },
      // Not told: what fails at once would be tried without end. The next tick looks again.
      (error: Error) => {
        this.sending.delete(deliveryId);
        const failed = new Error(`record an attempt of delivery ${deliveryId}`, { cause: error });
        this.unrecorded = { error: failed, untilMs: this.parts.clock.nowMs() + DELIVERY_LEASE_MS };
      },
    );
    this.sending.set(deliveryId, { channel, isUrgent, abort, done });
  }

  private async attempt(delivery: DueDelivery, signal: AbortSignal): Promise<void> {
    const ready = await this.prepare(delivery).catch(async (error: unknown) => {
      // Nothing was sent: it need not wait until its claim runs out, which it does where this fails as well.
      await this.parts.deliveries.release(delivery.deliveryId).catch(() => undefined);
      throw error;
    });
    if (ready?.do === 'send') await this.send(delivery, ready, signal);
    if (ready?.do === 'record') await this.record(delivery, ready.verdict);
  }

  /** Everything before the send; undefined: there is nothing to do any more. */
  private async prepare(delivery: DueDelivery): Promise<Ready | undefined> {
    const { channels, clock, queues, deliveries, logger } = this.parts;
    const { deliveryId, channel, dedupKey, action } = delivery;
    if (await supersede(this.parts, delivery, clock.nowMs())) {
      logger.info({ deliveryId, channel, dedupKey, action }, 'a delivery was superseded');
      return undefined;
    }
    const step = decideDelivery(delivery, channels, await queues.disabled(), clock.nowMs());
    if (step.do === 'give up') return { do: 'record', verdict: gaveUp(step) };
    const told = (await this.parts.spooled?.(delivery)) ?? NOT_SPOOLED;
    if (told.answer !== undefined || (await deliveries.begin(delivery))) return { ...step, told };
    logger.info({ deliveryId, channel, dedupKey, action }, 'the claim of a delivery ran out before it was sent');
    return undefined;
  }

  private async send(
    delivery: DueDelivery,
    { channel, wasUnknown, told }: Ready & { readonly do: 'send' },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, random, deliveries } = this.parts;
    const { isKeyed } = channel;
    const sent = () => sendOnce(channel, delivery, clock.nowMs(), signal);
    const answer = told.answer ?? (await this.traces.span('send', { channel: channel.name }, sent));
    // Broken off by us; a receiver that cannot tell a repetition may have it, which must be remembered.
    if (signal.aborted && isKeyed && answer.kind !== 'answered') {
      await deliveries.release(delivery.deliveryId);
      return;
    }
    const attempt = delivery.attempts - delivery.attemptsBefore + 1;
    const verdict = decideAttempt(answer, attempt, clock.nowMs(), random(), {
      isKeyed,
      wasUnknown: wasUnknown || told.wasUnknown,
    });
    const repeated = !isKeyed && (delivery.begun > 0 || told.wasUnknown) ? { ...verdict, isUnknown: true } : verdict;
    await this.record(delivery, withinExpiry(delivery, repeated));
    if (answer.kind === 'gone' && delivery.address === null) await this.disable(channel.name, answer.detail);
  }

  private async disable(channel: string, detail: string): Promise<void> {
    const { eventStore, queues, order, clock, logger } = this.parts;
    const disabled = await queues.disabled();
    const through = standInFor(channel, order, disabled);
    const because = `its receiver wants nothing more: ${detail}`.slice(0, 500);
    await disableChannel(eventStore, { channel, because, at: clock.nowMs() }, through);
    logger.error({ channel, because }, 'a channel was disabled');
  }

  private async record(delivery: DueDelivery, verdict: AttemptVerdict): Promise<void> {
    const { eventStore, clock } = this.parts;
    const { deliveryId } = delivery;
    const stream = streamOf.delivery(deliveryId);
    const attempted = event('DeliveryAttempted', {
      deliveryId,
      attempt: delivery.attempts + 1,
      ...verdict,
      at: clock.nowMs(),
    });
    const append = async (expectedVersion: number): Promise<boolean> => {
      const result = await eventStore.append([{ stream, expectedVersion, events: [attempted] }], {
        actor: 'dispatcher',
        cause: `${stream}@${expectedVersion}`,
      });
      return !('conflict' in result);
    };
    const isRecorded = (await append(delivery.version)) || (await this.recordAfter(delivery, append));
    this.unrecorded = undefined;
    this.tell(delivery, verdict, !isRecorded);
  }

  /** It fell over while its attempt was under way: the attempt still counts. Not if another dispatcher has recorded one. */
  private async recordAfter(
    { deliveryId, attempts }: DueDelivery,
    append: (expectedVersion: number) => Promise<boolean>,
  ): Promise<boolean> {
    const recorded = await this.parts.eventStore.readStream(streamOf.delivery(deliveryId));
    const now = recorded.reduce<Delivery | undefined>(
      (before, { event: told }) => (isDeliveryEvent(told) ? evolveDelivery(before, told) : before),
      undefined,
    );
    if (now?.status !== 'due' || now.attempts.length !== attempts) return false;
    return append(recorded.at(-1)?.version ?? 0);
  }

  private tell(
    { deliveryId, channel, dedupKey, action, attempts }: DueDelivery,
    verdict: AttemptVerdict,
    isLate: boolean,
  ): void {
    const { logger } = this.parts;
    const { outcome, status, detail } = verdict;
    this.parts.counts?.attempted(channel, outcome, attempts + 1);
    const line = { deliveryId, channel, dedupKey, action, attempt: attempts + 1, outcome, status, detail };
    // The claim ran out while the receiver took its time, and another dispatcher has recorded its own attempt.
    if (isLate) logger.info(line, 'an attempt was recorded by another dispatcher');
    else if (outcome === 'gave_up') logger.error(line, 'a delivery was given up');
    else logger.info(line, 'attempted a delivery');
  }
}
