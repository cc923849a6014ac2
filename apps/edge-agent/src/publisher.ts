import { type Completeness, CONTENT_TYPE, encodeProtobuf, type OutcomeBatch, type Release } from '#contracts';
import type { BatchRows } from './batch-builder.js';
import type { Clock } from './clock.js';
import type { GatewayClient } from './gateway-client.js';

/** What every batch of an agent says alike. */
export interface Envelope extends Release {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly pop: string;
  readonly region: string;
  readonly ring: string;
  readonly vantage: number;
}

/** What the agent could not pair or read, since the batch before. */
export type Unseen = Pick<Completeness, 'unpairedQueries' | 'orphanResponses' | 'malformed'>;

interface Waiting {
  readonly rows: BatchRows;
  readonly serverBootId: string;
  readonly unseen: Unseen;
}

/** Outcomes kept while the gateway is away: five minutes at 6,000 a second, about 45 MB. Beyond, the oldest batches go, counted. */
const QUEUE_OUTCOMES_MAX = 2_000_000;
/** Batches kept: ten minutes of four a second, also of a node that has hardly anything to say; five when each is split. */
const QUEUE_BATCHES_MAX = 2_400;
const BACKOFF_FIRST_MS = 100;
/** A gateway that restarts is back within seconds; a longer wait would only delay what was kept for it. */
const BACKOFF_LAST_MS = 2_000;
/** What a gateway may ask for; more would lose what the queue cannot hold. */
const RETRY_AFTER_MS_MAX = 30_000;
/** Below 500, and yet worth another try: timeout, too early, too many. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];

/**
 * Sends batches in order, one in flight.
 * A batch is in one of three states.
 * - QUEUED: without a number. When the queue is full the oldest of these is dropped, and the next batch sent says how many outcomes
 *   that were.
 * - IN FLIGHT: numbered and encoded; repeated unchanged until the gateway accepts or refuses it, since an answer may be lost.
 * - GONE: accepted, or refused for good and counted as dropped.
 * Numbers are given when a batch goes out, so that they have no gaps: what is lost is told by the counters.
 */
export class Publisher {
  /** Over the life of the agent. */
  readonly totals = { sent: 0, batches: 0, dropped: 0 };
  private readonly queue: Waiting[] = [];
  private queuedOutcomes = 0;
  private seq = 0;
  private published = 0;
  /** What batches that were dropped would have said; told by the next one. */
  private owed = { observed: 0, dropped: 0, unpairedQueries: 0, orphanResponses: 0, malformed: 0 };
  private readonly stopping = new AbortController();
  private draining: Promise<void> | undefined;
  private trouble = '';

  constructor(
    private readonly client: GatewayClient,
    private readonly clock: Clock,
    private readonly envelope: Envelope,
    private readonly say: (line: string) => void,
  ) {}

  /** Batches that wait or are in flight. */
  get queued(): number {
    return this.queue.length;
  }

  /** Takes a batch; never waits. */
  offer(rows: BatchRows, serverBootId: string, unseen: Unseen): void {
    this.queue.push({ rows, serverBootId, unseen });
    this.queuedOutcomes += rows.n;
    // The head may be in flight: the second is the oldest that can go.
    while (this.queue.length > 1 && this.isFull()) this.drop(this.queue.splice(1, 1)[0]);
    this.draining ??= this.drain().finally(() => {
      this.draining = undefined;
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.draining !== undefined) await this.draining;
  }

  /** Gives up what waits. */
  stop(): void {
    this.stopping.abort();
  }

  private isFull(): boolean {
    return this.queue.length > QUEUE_BATCHES_MAX || this.queuedOutcomes > QUEUE_OUTCOMES_MAX;
  }

  private drop(waiting: Waiting | undefined): void {
    if (waiting === undefined) return;
    const { rows, unseen } = waiting;
    this.queuedOutcomes -= rows.n;
    this.owe(rows.n, rows.n, unseen);
    this.totals.dropped += rows.n;
  }

  private owe(observed: number, dropped: number, unseen: Unseen): void {
    this.owed.observed += observed;
    this.owed.dropped += dropped;
    this.owed.unpairedQueries += unseen.unpairedQueries;
    this.owed.orphanResponses += unseen.orphanResponses;
    this.owed.malformed += unseen.malformed;
  }

  private async drain(): Promise<void> {
    for (let head = this.queue[0]; head !== undefined && !this.stopping.signal.aborted; head = this.queue[0]) {
      await this.deliver(head);
    }
  }

  private async deliver(head: Waiting): Promise<void> {
    const batch = this.number(head);
    const body = encodeProtobuf(batch);
    for (let waitMs = BACKOFF_FIRST_MS; !this.stopping.signal.aborted; waitMs = Math.min(2 * waitMs, BACKOFF_LAST_MS)) {
      const verdict = await this.attempt(body);
      if (verdict.kind === 'again') {
        await this.clock.sleep(verdict.afterMs ?? waitMs, this.stopping.signal);
        continue;
      }
      this.queue.shift();
      this.queuedOutcomes -= head.rows.n;
      if (verdict.kind === 'accepted') {
        this.totals.sent += batch.n;
        this.totals.batches += 1;
      } else this.refused(batch, verdict.why);
      return;
    }
  }

  /** A batch that was refused has used its number: the server knows that it is missing, and the next one says how much it was. */
  private refused(batch: OutcomeBatch, why: string): void {
    const { observed, droppedAgent, unpairedQueries, orphanResponses, malformed } = batch.completeness;
    this.owe(observed, droppedAgent + batch.n, { unpairedQueries, orphanResponses, malformed });
    this.totals.dropped += batch.n;
    this.say(`batch ${batch.seq} of ${batch.n} outcomes was refused: ${why}`);
  }

  private number({ rows, serverBootId, unseen }: Waiting): OutcomeBatch {
    this.owe(rows.n, 0, unseen);
    const { dropped, ...owed } = this.owed;
    this.owed = { observed: 0, dropped: 0, unpairedQueries: 0, orphanResponses: 0, malformed: 0 };
    this.seq += 1;
    this.published += rows.n;
    return {
      schema: 1,
      ...this.envelope,
      seq: this.seq,
      serverBootId,
      observerId: '',
      published: this.published,
      ...rows,
      completeness: { ...owed, sampledOut: 0, droppedAgent: dropped, droppedSource: -1, serverQueries: -1 },
      weight: undefined,
    };
  }

  private async attempt(
    body: Uint8Array,
  ): Promise<{ kind: 'accepted' } | { kind: 'again'; afterMs: number | undefined } | { kind: 'refused'; why: string }> {
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
}
