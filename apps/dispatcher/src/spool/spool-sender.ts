import type { UrgentRecord } from '#contracts';
import type { Clock, Logger } from '#runtime';
import { type AttemptAnswer, decideAttempt } from '../channels/attempt.decide.js';
import type { Channel, Channels } from '../channels/channel.js';
import { redact } from '../channels/post.js';
import { type SpooledPage, spoolIdOf, type SpoolResult } from './spool-entry.js';
import type { Spool } from './spool.js';

/** Pages under way at once; more wait in the spool until one has ended. */
export const SPOOLED_SENDS_MAX = 64;
/** How long whoever asks for a page waits for an answer that is on its way: a little more than the slowest channel. */
const ANSWER_MS_MAX = 16_000;

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
  readonly leave: AbortController;
  /** Resolves when nothing is under way any more. */
  done: Promise<void>;
}

const answerOf = async (channel: Channel, page: SpooledPage, nowMs: number): Promise<AttemptAnswer> => {
  const { spoolId: deliveryId, action, dedupKey, body } = page;
  try {
    return await channel.send({ deliveryId, subject: 'page', action, dedupKey, body }, { nowMs });
  } catch (error) {
    return { kind: 'unsendable', detail: redact(String(error), channel.secrets) };
  }
};

/**
 * Sends pages that no database knows of: spooled and synced, sent, the answer spooled; tried again as the one table of answers says. What
 * a restart finds without an answer is sent again: receivers with keys fold it. When the spool cannot be written the page leaves all the same:
 * told twice is the smaller harm.
 */
export class SpoolSender {
  private readonly sending = new Map<string, Sending>();
  private readonly waiting: SpooledPage[] = [];
  private isStopped = false;

  constructor(private readonly parts: SpoolSenderParts) {}

  /** Sends what an earlier process left. */
  resume(): void {
    for (const { page, state } of this.parts.spool.pages.unfinished()) if (state === 'open') this.begin(page);
  }

  /** Says a page through all channels; one that the spool knows is not said again. Resolves when it is spooled. */
  async say(told: ToldPage, only?: string): Promise<void> {
    const names = [...this.parts.channels.keys()].filter((name) => only === undefined || name === only);
    await Promise.all(names.map((channel) => this.sayThrough(channel, told)));
  }

  /**
   * What became of a page for whoever is about to send the same: an answer, or nothing, and from now on it is theirs. Waits for an attempt
   * that is under way.
   */
  async takeOver(spoolId: string): Promise<SpoolResult | undefined> {
    const { spool, clock } = this.parts;
    const sending = this.sending.get(spoolId);
    if (sending !== undefined) {
      sending.leave.abort();
      await Promise.race([sending.done, clock.sleep(ANSWER_MS_MAX)]);
    }
    const known = spool.pages.get(spoolId);
    if (known?.isDelivered) return known.result;
    if (known?.state === 'open') await this.close(spoolId, 'handed over', false);
    return undefined;
  }

  /** Another dispatcher has sent it; one that is not known here yet is not said when it comes. */
  async sentElsewhere(sent: SentPage): Promise<void> {
    const { spool, clock } = this.parts;
    const { spoolId, channel, dedupKey, outcome } = sent;
    const known = spool.pages.get(spoolId);
    if (this.sending.has(spoolId) || (known !== undefined && known.state !== 'open')) return;
    const page = { spoolId, channel, dedupKey, action: 'trigger', body: {}, spooledAtMs: clock.nowMs() } as const;
    if (known === undefined) await spool.append({ kind: 'page', page });
    await this.close(spoolId, 'sent elsewhere', outcome === 'delivered');
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.sending.size > 0) await Promise.all([...this.sending.values()].map(({ done }) => done));
  }

  /** What waits for its next try stays in the spool. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const { leave } of this.sending.values()) leave.abort();
    await this.settled();
  }

  private async sayThrough(channel: string, told: ToldPage): Promise<void> {
    const { spool, clock, logger } = this.parts;
    const spoolId = spoolIdOf({ channel, ...told });
    if (spool.pages.get(spoolId) !== undefined || this.sending.has(spoolId)) return;
    const page = { spoolId, channel, ...told, spooledAtMs: clock.nowMs() };
    try {
      await spool.append({ kind: 'page', page });
    } catch (error) {
      logger.error({ err: error, channel, dedupKey: told.dedupKey }, 'a page is sent without being spooled');
    }
    this.begin(page);
  }

  private begin(page: SpooledPage): void {
    const { spoolId } = page;
    if (this.isStopped || this.sending.has(spoolId)) return;
    // While it waited for its place it was handed over, or sent by another.
    const known = this.parts.spool.pages.get(spoolId);
    if (known !== undefined && known.state !== 'open') return this.beginNext();
    if (this.sending.size >= SPOOLED_SENDS_MAX) {
      this.waiting.push(page);
      return;
    }
    const leave = new AbortController();
    const done = this.send(page, leave.signal)
      .catch((error: Error) =>
        this.parts.logger.error({ err: error, ...keysOf(page) }, 'a spooled page cannot be sent'),
      )
      .finally(() => {
        this.sending.delete(spoolId);
        this.beginNext();
      });
    this.sending.set(spoolId, { leave, done });
  }

  private beginNext(): void {
    const next = this.waiting.shift();
    if (next !== undefined) this.begin(next);
  }

  private async send(page: SpooledPage, leaving: AbortSignal): Promise<void> {
    const { channels, clock, random, spool, onTold } = this.parts;
    const channel = channels.get(page.channel);
    const isKeyed = channel?.isKeyed ?? true;
    let wasUnknown = false;
    await this.afterTrigger(page);
    for (let attempt = (spool.pages.get(page.spoolId)?.attempts ?? 0) + 1; !leaving.aborted; attempt += 1) {
      const gone: AttemptAnswer = { kind: 'unsendable', detail: `channel ${page.channel} is not configured any more` };
      const answer = channel === undefined ? gone : await answerOf(channel, page, clock.nowMs());
      const verdict = decideAttempt(answer, attempt, clock.nowMs(), random(), { isKeyed, wasUnknown });
      wasUnknown ||= verdict.isUnknown === true;
      const { outcome, status, detail } = verdict;
      const result = { kind: 'result', spoolId: page.spoolId, attempt, outcome, status, detail } as const;
      await this.note({ ...result, atMs: clock.nowMs() }, page);
      if (outcome !== 'retry') return onTold?.(page, { ...result, atMs: clock.nowMs() });
      await clock.sleep(Math.max(0, (verdict.dueAtMs ?? 0) - clock.nowMs()), leaving);
    }
  }

  /** Receivers drop the end of what they have not taken, and would then take its beginning. */
  private async afterTrigger({ channel, dedupKey, action }: SpooledPage): Promise<void> {
    if (action === 'resolve') await this.sending.get(spoolIdOf({ channel, dedupKey, action: 'trigger' }))?.done;
  }

  private async note(result: SpoolResult, page: SpooledPage): Promise<void> {
    const { spool, logger } = this.parts;
    const { attempt, outcome, status, detail } = result;
    logger.info({ ...keysOf(page), attempt, outcome, status, detail }, 'attempted a spooled page');
    await spool.append(result).catch((error: Error) => logger.error({ err: error }, 'an answer cannot be spooled'));
  }

  private async close(spoolId: string, because: 'handed over' | 'sent elsewhere', isDelivered: boolean): Promise<void> {
    const { spool, clock, logger } = this.parts;
    await spool
      .append({ kind: 'closed', spoolId, because, isDelivered, atMs: clock.nowMs() })
      .catch((error: Error) => logger.error({ err: error }, 'a spooled page cannot be closed'));
  }
}

const keysOf = ({ channel, dedupKey, action }: SpooledPage) => ({ channel, dedupKey, action });
