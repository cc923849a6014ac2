import { CONTENT_TYPE, decoderFor, isRefusal } from '#contracts';
import { BatchQueue, type Envelope, type Lost, type NumberedBatch, type OpenBatch } from './batch-queue.js';
import type { Clock } from './clock.js';
import type { GatewayClient } from './gateway-client.js';
import type { Spool } from './spool.js';
import type { SpooledBatch } from './spool-record.js';

/** Outcomes kept while the gateway is away: five minutes at 6,000 a second, about 45 MB. Beyond, the oldest batches go, counted. */
const QUEUE_OUTCOMES_MAX = 2_000_000;
/** With a spool, memory only bridges the time that a disk takes to write, or until it works again: about 9 MB. */
export const QUEUE_OUTCOMES_BEFORE_SPOOL_MAX = 400_000;
/** Batches kept: ten minutes of four a second, also of a node that has hardly anything to say; five when each is split. */
const QUEUE_BATCHES_MAX = 2_400;
/** Batches that wait behind a slow gateway before they go to disk: five seconds, which a kill may cost. A recording is 16 ahead. */
const SPILL_OVER_BATCHES = 20;
/** Batches that are written with one sync. */
const SPILL_GROUP = 32;
const BACKOFF_FIRST_MS = 100;
/** A gateway that restarts is back within seconds; a longer wait would only delay what was kept for it. */
const BACKOFF_LAST_MS = 2_000;
/** What a gateway may ask for; more would lose what the queue cannot hold. */
const RETRY_AFTER_MS_MAX = 30_000;
/** Below 500, and yet worth another try: timeout, too early, too many. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];

type Verdict = { kind: 'accepted' } | { kind: 'refused'; why: string } | { kind: 'again'; afterMs: number | undefined };
type Conclusion = Exclude<Verdict, { kind: 'again' }>;

/** What a batch of the spool said; of one that cannot be read, only its outcomes are known. */
const lostOf = ({ body, outcomes }: SpooledBatch): Lost => {
  const batch = decoderFor(CONTENT_TYPE.protobuf)?.decode(body);
  if (batch !== undefined && !isRefusal(batch)) return { outcomes: batch.n, completeness: batch.completeness };
  const unseen = { unpairedQueries: 0, orphanResponses: 0, malformed: 0, sampledOut: 0, droppedAgent: 0 };
  return { outcomes, completeness: { observed: outcomes, ...unseen, droppedSource: -1, serverQueries: -1 } };
};

/**
 * Sends batches in order, one in flight. A batch is in one of four states.
 * - QUEUED: in memory, without a number. When the queue is full the oldest is dropped, and the next batch that is numbered says how
 *   many outcomes that were.
 * - IN FLIGHT: numbered and encoded; repeated unchanged until the gateway accepts or refuses it, since an answer may be lost.
 * - SPOOLED: numbered and encoded, on disk. From the first attempt that fails, or when too many are queued, everything goes there,
 *   what is in flight too, and is sent from there, oldest first, until nothing is left in it. Without a spool: stays in memory.
 * - GONE: accepted, or refused for good and counted as dropped.
 * Numbers are given when a batch leaves the queue, so that they have no gaps: what is lost is told by the counters.
 */
export class Publisher {
  /** Over the life of the agent. */
  private readonly sums = { sent: 0, batches: 0 };
  private readonly queue: BatchQueue;
  private inFlight: NumberedBatch | undefined;
  /** Whether what is in flight out of memory has meanwhile been written to the spool, as its first. */
  private isFlightSpooled = false;
  private isSpooling: boolean;
  /** Batches that are being written to the spool at this moment. */
  private writing = 0;
  private spilling: Promise<void> | undefined;
  private draining: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private trouble = '';
  private spoolTrouble = '';

  constructor(
    private readonly client: GatewayClient,
    private readonly clock: Clock,
    envelope: Envelope,
    private readonly say: (line: string) => void,
    private readonly spool?: Spool,
    outcomesMax = spool === undefined ? QUEUE_OUTCOMES_MAX : QUEUE_OUTCOMES_BEFORE_SPOOL_MAX,
  ) {
    this.queue = new BatchQueue(envelope, { outcomesMax, batchesMax: QUEUE_BATCHES_MAX });
    this.isSpooling = (spool?.batches ?? 0) > 0;
    if (this.isSpooling) {
      this.spill();
      this.drainOn();
    }
  }

  /** Outcomes sent and dropped, and batches sent, over the life of the agent. */
  get totals(): { readonly sent: number; readonly batches: number; readonly dropped: number } {
    return { ...this.sums, dropped: this.queue.dropped };
  }

  /** Batches that wait or are in flight, in memory and on disk. */
  get queued(): number {
    const isInMemory = this.inFlight !== undefined && !this.isFlightSpooled;
    return this.queue.length + this.writing + (isInMemory ? 1 : 0) + this.spooled;
  }

  /** Batches on disk. */
  get spooled(): number {
    return this.spool?.batches ?? 0;
  }

  /** Whether batches take the way over the disk. */
  get isAway(): boolean {
    return this.isSpooling;
  }

  /** Takes a batch; never waits. */
  offer(open: OpenBatch): void {
    this.queue.add(open);
    if (this.isSpooling || this.queue.length > SPILL_OVER_BATCHES) this.spill();
    this.drainOn();
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.draining !== undefined) await this.draining;
  }

  /** Sends nothing more. What waits goes to the spool; without one it is lost, and counted. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.spilling;
    if (this.spool !== undefined) this.spill();
    await this.spilling;
    await this.spool?.close();
    if (this.inFlight !== undefined && !this.isFlightSpooled) this.queue.lose(this.inFlight);
    for (let left = this.queue.take(); left !== undefined; left = this.queue.take()) this.queue.lose(left);
  }

  private drainOn(): void {
    this.draining ??= this.drain().finally(() => {
      this.draining = undefined;
    });
  }

  private async drain(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (this.isSpooling) await this.sendSpooled();
      else {
        this.inFlight = this.queue.take();
        if (this.inFlight === undefined) return;
        await this.sendFromMemory(this.inFlight);
      }
    }
  }

  private async sendFromMemory(batch: NumberedBatch): Promise<void> {
    const conclusion = await this.deliver(batch.body, () => this.isFlightSpooled);
    if (this.stopping.signal.aborted) return;
    await this.spilling;
    const isSpooled = this.isFlightSpooled;
    this.inFlight = undefined;
    this.isFlightSpooled = false;
    if (conclusion === undefined) return; // From here on it is sent from the spool.
    if (isSpooled) await this.doneFirst(batch);
    this.conclude(conclusion, batch.outcomes, () => batch, `batch ${batch.seq}`);
  }

  private async doneFirst({ body }: NumberedBatch): Promise<void> {
    const head = await this.spool?.oldest();
    if (head !== undefined && Buffer.compare(head.body, body) === 0) await this.spool?.done(head);
  }

  private async sendSpooled(): Promise<void> {
    await this.spilling;
    const head = await this.spool?.oldest();
    if (head === undefined) {
      this.isSpooling = this.spilling !== undefined;
      return;
    }
    const conclusion = await this.deliver(head.body);
    if (conclusion === undefined || this.stopping.signal.aborted) return;
    await this.spool?.done(head);
    this.conclude(conclusion, head.outcomes, () => lostOf(head), 'a batch of the spool');
  }

  /** Tries until there is a conclusion; undefined when there is none, since the agent stops or the batch is sent from elsewhere. */
  private async deliver(body: Uint8Array, isElsewhere = (): boolean => false): Promise<Conclusion | undefined> {
    const { signal } = this.stopping;
    for (let waitMs = BACKOFF_FIRST_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, BACKOFF_LAST_MS)) {
      const verdict = await this.attempt(body);
      if (verdict.kind !== 'again') return verdict;
      if (!signal.aborted) this.spill();
      await this.clock.sleep(verdict.afterMs ?? waitMs, signal);
      await this.spilling;
      if (isElsewhere()) return undefined;
    }
    return undefined;
  }

  private conclude(conclusion: Conclusion, outcomes: number, lost: () => Lost, name: string): void {
    if (conclusion.kind === 'accepted') {
      this.sums.sent += outcomes;
      this.sums.batches += 1;
      return;
    }
    // It has used its number: the server knows that it is missing, and the next one says how much it was.
    this.queue.lose(lost());
    this.say(`${name} of ${outcomes} outcomes was refused: ${conclusion.why}`);
  }

  /** Writes all that waits in memory to the spool. */
  private spill(): void {
    if (this.spool === undefined) return;
    this.isSpooling = true;
    this.spilling ??= this.spillInto(this.spool).finally(() => {
      this.spilling = undefined;
    });
  }

  private async spillInto(spool: Spool): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      const flight = this.inFlight !== undefined && !this.isFlightSpooled ? [this.inFlight] : [];
      const waiting = this.takeGroup();
      // Without any, once: what is too old goes.
      if (flight.length + waiting.length === 0 && !isFirst) return;
      this.writing = waiting.length;
      const { stored, shed, failure } = await spool.append([...flight, ...waiting]);
      this.writing = 0;
      if (stored > 0 && flight.length > 0) this.isFlightSpooled = true;
      for (const batch of shed) this.queue.lose(lostOf(batch));
      if (shed.length > 0) this.say(`spool: full: the oldest ${shed.length} batches were dropped`);
      this.sayOfSpool(failure?.message ?? '');
      if (failure === undefined) continue;
      this.queue.putBack(waiting.slice(Math.max(0, stored - flight.length)));
      return;
    }
  }

  private takeGroup(): NumberedBatch[] {
    const group: NumberedBatch[] = [];
    while (group.length < SPILL_GROUP) {
      const batch = this.queue.take();
      if (batch === undefined) break;
      group.push(batch);
    }
    return group;
  }

  private async attempt(body: Uint8Array): Promise<Verdict> {
    const answer = await this.client.post('telemetry.outcomes', CONTENT_TYPE.protobuf, body).catch((error: unknown) => {
      this.sayOnce(error instanceof Error ? error.message : String(error));
      return undefined;
    });
    if (answer === undefined) return { kind: 'again', afterMs: undefined };
    const { status, retryAfterMs } = answer;
    if (status >= 200 && status < 300) {
      this.trouble = '';
      return { kind: 'accepted' };
    }
    if (status < 500 && !TRY_AGAIN.includes(status)) return { kind: 'refused', why: `${status} ${answer.body}` };
    const afterMs = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, RETRY_AFTER_MS_MAX);
    this.sayOnce(`the gateway answered ${status}`);
    return { kind: 'again', afterMs };
  }

  /** Of trouble that stays the same one line is enough. */
  private sayOnce(trouble: string): void {
    if (trouble !== this.trouble) this.say(trouble);
    this.trouble = trouble;
  }

  private sayOfSpool(trouble: string): void {
    if (trouble !== this.spoolTrouble && trouble !== '') this.say(`spool: ${trouble}; batches wait in memory`);
    this.spoolTrouble = trouble;
  }
}
