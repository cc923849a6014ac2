import { redact } from '#outgoing';
import type { UrgentRecord } from '#contracts';
import { evolveReceiver, type Lanes, NEW_RECEIVER, type Receiver } from '#domain';
import type { Clock, Logger } from '#runtime';
import { type AttemptAnswer, type AttemptVerdict, decideAttempt } from '../channels/attempt.decide.js';
import type { Channel, Channels } from '../channels/channel.js';
import { DELIVERY_AGE_MAX_MS } from '../delivery.decide.js';
import { DELIVERY_LEASE_MS, SENDS_PER_CHANNEL_MAX } from '../dispatcher.config.js';
import { type ClosedBecause, type SpoolEntry, type SpooledPage, spoolIdOf, type SpoolResult } from './spool-entry.js';
import { SpoolIndex, type SpooledState } from './spool-index.js';
import { decideSpoolSends } from './spool-sends.decide.js';
import type { Spool } from './spool.js';
import { doubtsOf, type TakenOver, takenOver } from './taken-over.js';

/** How long whoever asks for a page waits for an answer that is on its way: a little more than the slowest channel. */
const ANSWER_MS_MAX = 16_000;
/** How long a page waits for its disk: one that works syncs within milliseconds; after that the page leaves unspooled. */
export const APPEND_MS_MAX = 1_000;
/** Pages beyond what the spool holds that are sent from memory; one more is not sent, with an error: by then thousands are on their way. */
export const UNSPOOLED_MAX = 1_000;
/** Pages whose deliveries go on by themselves that are remembered; beyond it the oldest is forgotten, and the database is asked. */
const TAKEN_OVER_MAX = 10_000;
/** How long sends may go on once the process ends: the roles have 8 s to close. */
export const STOP_MS_MAX = 2_000;

/** What is to be said through all channels, or one. */
export type ToldPage = Pick<SpooledPage, 'dedupKey' | 'action' | 'body'>;

/** A page that another dispatcher has sent, as it tells. */
export type SentPage = Extract<UrgentRecord, { kind: 'sent' }>;

/** What sending from the spool needs. */
export interface SpoolSenderParts {
  readonly spool: Spool;
  /** Those that page. */
  readonly channels: Channels;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** Told when a page has its answer, before anything else knows. */
  readonly onTold?: (page: SpooledPage, result: SpoolResult) => void;
}

interface Sending {
  readonly channel: string;
  readonly abort: AbortController;
  /** Resolves when nothing is under way any more. */
  done: Promise<void>;
}

/**
 * Sends pages that no database knows of: spooled and synced, sent, the answer spooled; tried again as the one table of answers says. What
 * a restart finds without an answer is sent again: receivers with keys fold it. When the spool cannot be written the page leaves all the same:
 * told twice is the smaller harm. A page holds a place of its channel only while an attempt is under way.
 */
export class SpoolSender {
  private readonly sending = new Map<string, Sending>();
  /** Pages for which the spool has no room. */
  private readonly unspooled = new SpoolIndex();
  private readonly receivers = new Map<string, Receiver>();
  /** By the name that paces call them by, or the channel's. */
  private readonly buckets = new Map<string, Lanes | undefined>();
  private readonly takenOver = new Set<string>();
  /** Pages on their way to the disk: they are sent when they are there. */
  private readonly writing = new Set<string>();
  private disabled: ReadonlyMap<string, string> = new Map();
  private isStopped = false;

  constructor(private readonly parts: SpoolSenderParts) {}

  /** Begins what may leave now: what is new, what is due again, and what an earlier process left. */
  tick(): void {
    if (this.isStopped) return;
    const open = this.open();
    for (const name of new Set(open.map(({ page }) => page.channel)))
      this.sendThrough(
        name,
        open.filter(({ page }) => page.channel === name),
      );
  }

  /** Says a page through all channels, or one; one that is known is not said again. Resolves when it is spooled. */
  async say(told: ToldPage, only?: string): Promise<void> {
    const names = [...this.parts.channels.keys()].filter((name) => only === undefined || name === only);
    await Promise.all(names.map((channel) => this.sayThrough(channel, told)));
    this.tick();
  }

  /** Channels that receivers have disabled, as the database says. */
  setDisabled(disabled: ReadonlyMap<string, string>): void {
    this.disabled = disabled;
  }

  /**
   * What became of a page for whoever is about to send the same; from now on it is not sent here. Waits for an attempt that is under way.
   * `before` is done before one that is open is closed here; where it fails, it stays.
   */
  async takeOver(spoolId: string, before?: (known: SpooledState) => Promise<void>): Promise<TakenOver> {
    this.remember(spoolId);
    const sending = this.sending.get(spoolId);
    if (sending !== undefined) await this.within(ANSWER_MS_MAX, sending.done, 'no answer').catch(() => undefined);
    const known = this.known(spoolId);
    if (known?.state === 'open') {
      await before?.(known).catch((error: unknown) => {
        this.takenOver.delete(spoolId);
        throw error;
      });
      await this.close(known, 'handed over', false);
    }
    return takenOver(known);
  }

  /** Says nothing under a key: its deliveries do. */
  async leave(dedupKey: string): Promise<void> {
    const spooledAtMs = this.parts.clock.nowMs();
    const pages = [...this.parts.channels.keys()].map((channel): SpooledPage => {
      const key = { channel, dedupKey, action: 'trigger' } as const;
      return { ...key, spoolId: spoolIdOf(key), body: {}, spooledAtMs };
    });
    const unknown = pages.filter(({ spoolId }) => this.known(spoolId) === undefined);
    if (unknown.length > 0) await this.write(...unknown.flatMap(leftToDelivery));
  }

  /** Another dispatcher has sent it; one that is not known here yet is not said when it comes. */
  async sentElsewhere(sent: SentPage): Promise<void> {
    const { clock } = this.parts;
    const { spoolId, channel, dedupKey, outcome, status = null, detail = '', receiverId, isUnknown } = sent;
    const known = this.known(spoolId);
    if (this.sending.has(spoolId) || (known !== undefined && known.state !== 'open')) return;
    const atMs = clock.nowMs();
    const page = { spoolId, channel, dedupKey, action: 'trigger', body: {}, spooledAtMs: atMs } as const;
    const result = { kind: 'result', spoolId, attempt: 1, outcome, status, detail, atMs } as const;
    const doubts = isUnknown === true ? { doubts: 1 } : {};
    await this.write(
      { kind: 'page', page },
      { ...result, ...doubts, ...(receiverId === undefined ? {} : { receiverId }) },
      { kind: 'closed', spoolId, because: 'sent elsewhere', isDelivered: outcome === 'delivered', atMs },
    );
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.sending.size > 0) await Promise.all([...this.sending.values()].map(({ done }) => done));
  }

  /** Lets sends finish for `STOP_MS_MAX`, then breaks off the others. What waits for its next try stays in the spool. */
  async stop(): Promise<void> {
    this.isStopped = true;
    const settled = this.settled();
    await this.within(STOP_MS_MAX, settled, 'not settled').catch(() => undefined);
    for (const { abort } of this.sending.values()) abort.abort();
    await settled;
  }

  private known(spoolId: string): SpooledState | undefined {
    return this.parts.spool.pages.get(spoolId) ?? this.unspooled.get(spoolId);
  }

  private open(): readonly SpooledState[] {
    const unfinished = [...this.parts.spool.pages.unfinished(), ...this.unspooled.unfinished()];
    return unfinished.filter(
      ({ state, page: { spoolId } }) => state === 'open' && !this.takenOver.has(spoolId) && !this.writing.has(spoolId),
    );
  }

  private remember(spoolId: string): void {
    const [oldest] = this.takenOver;
    if (this.takenOver.size >= TAKEN_OVER_MAX && oldest !== undefined) this.takenOver.delete(oldest);
    this.takenOver.add(spoolId);
  }

  private async sayThrough(channel: string, told: ToldPage): Promise<void> {
    const { spool, clock, logger } = this.parts;
    const spoolId = spoolIdOf({ channel, ...told });
    if (this.known(spoolId) !== undefined) return;
    const page: SpooledPage = { spoolId, channel, ...told, spooledAtMs: clock.nowMs() };
    // Kept, since whoever asks for it asks again after a restart.
    if (this.takenOver.has(spoolId)) return this.write(...leftToDelivery(page));
    this.writing.add(spoolId);
    try {
      await this.within(APPEND_MS_MAX, spool.append({ kind: 'page', page }), 'the disk does not answer');
    } catch (error) {
      logger.error({ err: error, ...keysOf(page) }, 'a page is sent without being spooled');
    } finally {
      this.writing.delete(spoolId);
    }
    if (spool.pages.get(spoolId) !== undefined) return;
    if (this.unspooled.unfinished().length < UNSPOOLED_MAX) this.unspooled.apply({ kind: 'page', page });
    else logger.error(keysOf(page), 'a page is not sent: the spool is full, and as many as may be are sent without it');
  }

  private sendThrough(name: string, open: readonly SpooledState[]): void {
    const { channels, clock } = this.parts;
    const waiting = open.filter(({ page }) => !this.sending.has(page.spoolId));
    const channel = channels.get(name);
    const off = this.disabled.get(name);
    const because =
      channel === undefined
        ? `channel ${name} is not configured any more`
        : off && `channel ${name} is disabled: ${off}`;
    if (channel === undefined || because !== undefined) {
      for (const state of waiting) this.begin(state, () => this.giveUp(state, because ?? ''));
      return;
    }
    const underWay = [...this.sending.values()].filter((each) => each.channel === name).length;
    // An end waits for its beginning, also while that is under way.
    const drawnFrom = channel.pace?.bucket ?? name;
    const { chosen, receiver, bucket } = decideSpoolSends(open, {
      receiver: this.receivers.get(name),
      bucket: this.buckets.get(drawnFrom),
      sending: new Set(this.sending.keys()),
      pace: channel.pace,
      free: SENDS_PER_CHANNEL_MAX - underWay,
      nowMs: clock.nowMs(),
      leaseMs: DELIVERY_LEASE_MS,
    });
    this.receivers.set(name, receiver);
    this.buckets.set(drawnFrom, bucket);
    for (const state of chosen) this.begin(state, (signal) => this.attempt(state, channel, signal));
  }

  private begin(state: SpooledState, work: (signal: AbortSignal) => Promise<void>): void {
    const { page } = state;
    const abort = new AbortController();
    const done = work(abort.signal)
      .catch((error: Error) =>
        this.parts.logger.error({ err: error, ...keysOf(page) }, 'a spooled page cannot be sent'),
      )
      .finally(() => {
        this.sending.delete(page.spoolId);
        // Its place is free.
        this.tick();
      });
    this.sending.set(page.spoolId, { channel: page.channel, abort, done });
  }

  private async attempt(state: SpooledState, channel: Channel, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.parts;
    const { isKeyed } = channel;
    const { page, attempts } = state;
    const doubts = doubtsOf(state);
    if (!isKeyed && doubts > 1) return this.giveUp(state, 'may have arrived twice');
    if (clock.nowMs() - page.spooledAtMs >= DELIVERY_AGE_MAX_MS)
      return this.giveUp(state, `not accepted for ${DELIVERY_AGE_MAX_MS / 60_000} minutes`);
    const attempt = attempts + 1;
    if (!isKeyed) await this.write({ kind: 'started', spoolId: page.spoolId, attempt, doubts, atMs: clock.nowMs() });
    const answer = await answerOf(channel, page, clock.nowMs(), signal);
    // Broken off by us: the next process sends it, and its receiver folds it.
    if (signal.aborted && isKeyed && answer.kind !== 'answered') return;
    const verdict = decideAttempt(answer, attempt, clock.nowMs(), random(), { isKeyed, wasUnknown: doubts > 0 });
    this.learn(channel.name, answer, verdict);
    // A receiver with keys has folded what came before.
    const isFolded = isKeyed && verdict.outcome === 'delivered';
    await this.note(state, attempt, verdict, isFolded ? 0 : doubts + (verdict.isLost === true ? 1 : 0));
  }

  private async giveUp(state: SpooledState, detail: string): Promise<void> {
    const verdict = { outcome: 'gave_up', status: null, detail, dueAtMs: null } as const;
    await this.note(state, state.attempts + 1, verdict, doubtsOf(state));
  }

  /** What an answer says of its receiver, for all pages to it. */
  private learn(name: string, answer: AttemptAnswer, verdict: AttemptVerdict): void {
    const before = this.receivers.get(name) ?? NEW_RECEIVER;
    const health = evolveReceiver(before.health, { ...verdict, at: this.parts.clock.nowMs() });
    this.receivers.set(name, { ...before, health, probeUntilMs: 0 });
    // Until the database says otherwise.
    if (answer.kind === 'gone') this.disabled = new Map([...this.disabled, [name, answer.detail]]);
  }

  private async note(
    { page }: SpooledState,
    attempt: number,
    { outcome, status, detail, receiverId, dueAtMs }: AttemptVerdict,
    doubts: number,
  ): Promise<void> {
    const { clock, logger, onTold } = this.parts;
    const { spoolId } = page;
    const result: SpoolResult = {
      kind: 'result',
      spoolId,
      attempt,
      outcome,
      status,
      detail,
      ...(doubts === 0 ? {} : { doubts }),
      ...(receiverId === undefined ? {} : { receiverId }),
      ...(dueAtMs === null ? {} : { dueAtMs }),
      atMs: clock.nowMs(),
    };
    logger.info({ ...keysOf(page), attempt, outcome, status, detail }, 'attempted a spooled page');
    this.unspooled.apply(result);
    const isUnspooled = this.parts.spool.pages.get(spoolId) === undefined;
    // One for which there was no room has it once it has its answer, which is small.
    if (!isUnspooled) await this.write(result);
    else if (outcome !== 'retry') {
      await this.write({ kind: 'page', page }, result);
      this.unspooled.remove(spoolId);
    }
    if (outcome !== 'retry') onTold?.(page, result);
  }

  private close({ page: { spoolId } }: SpooledState, because: ClosedBecause, isDelivered: boolean): Promise<void> {
    const closed = { kind: 'closed', spoolId, because, isDelivered, atMs: this.parts.clock.nowMs() } as const;
    this.unspooled.remove(spoolId);
    return this.write(closed);
  }

  /** What the disk does not take is known all the same, and is written with what it takes next. */
  private async write(...entries: readonly SpoolEntry[]): Promise<void> {
    const { spool, logger } = this.parts;
    await this.within(APPEND_MS_MAX, spool.append(...entries), 'the disk does not answer').catch((error: Error) =>
      logger.error({ err: error }, 'what became of a page cannot be spooled'),
    );
  }

  private async within<T>(boundMs: number, work: Promise<T>, because: string): Promise<T> {
    const { clock } = this.parts;
    const ended = new AbortController();
    const late = clock.sleep(boundMs, ended.signal).then((): T => {
      throw new Error(`${because} within ${boundMs} ms`);
    });
    return Promise.race([work, late]).finally(() => ended.abort());
  }
}

const answerOf = async (
  channel: Channel,
  page: SpooledPage,
  nowMs: number,
  signal: AbortSignal,
): Promise<AttemptAnswer> => {
  const { spoolId: deliveryId, action, dedupKey, body } = page;
  try {
    return await channel.send({ deliveryId, subject: 'page', action, dedupKey, body }, { nowMs, signal });
  } catch (error) {
    return { kind: 'unsendable', detail: redact(String(error), channel.secrets) };
  }
};

const leftToDelivery = (page: SpooledPage): readonly SpoolEntry[] => {
  const { spoolId, spooledAtMs: atMs } = page;
  return [
    { kind: 'page', page: { ...page, body: {} } },
    { kind: 'closed', spoolId, because: 'handed over', isDelivered: false, atMs },
  ];
};

const keysOf = ({ channel, dedupKey, action }: SpooledPage) => ({ channel, dedupKey, action });
