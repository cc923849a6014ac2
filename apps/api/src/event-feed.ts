import { type RecordedEvent, refuse, type Refusal } from '#contracts';
import type { Clock } from '#runtime';
import type { EventStore } from '#store';

/** Most waiting requests: each holds a connection of a client, nothing else. Beyond it they are refused and come again. */
export const WAITERS_MAX = 1_000;
/** How often the store is asked while somebody waits, one indexed row; nobody notices a tenth of a second. */
const LOOK_EVERY_MS = 100;

/** What somebody waits for. */
export interface EventQuery {
  readonly after: number;
  readonly limit: number;
  readonly waitMs: number;
}

interface Waiter extends EventQuery {
  readonly untilMs: number;
  readonly answer: (events: readonly RecordedEvent[] | Promise<readonly RecordedEvent[]>) => void;
}

/** What viewers may see of an event: the hash of a secret is nobody's business but the authenticator's. */
export const withoutSecrets = (recorded: RecordedEvent): RecordedEvent => {
  if (recorded.event.type !== 'ApiKeyCreated') return recorded;
  const { secretHash: _hidden, ...data } = recorded.event.data;
  return { ...recorded, event: { ...recorded.event, data } as RecordedEvent['event'] };
};

/**
 * Events in the global order, for those who wait: one look at the store each 100 ms for all waiters together, and only while there
 * is one. A look that fails is repeated; whoever waits then gets nothing at the end of the wait.
 */
export class EventFeed {
  private readonly waiters = new Set<Waiter>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly store: Pick<EventStore, 'readAll' | 'head'>,
    private readonly clock: Clock,
    private readonly onError: (error: Error) => void,
  ) {}

  /** How many wait. */
  get waiting(): number {
    return this.waiters.size;
  }

  /** Events after a position; when there is none, waits for the first. None when the wait ends, `gone` is aborted, or we stop. */
  async after(query: EventQuery, gone: AbortSignal): Promise<readonly RecordedEvent[] | Refusal> {
    const found = await this.read(query);
    if (found.length > 0 || query.waitMs <= 0 || gone.aborted || this.stopping.signal.aborted) return found;
    if (this.waiters.size >= WAITERS_MAX) return refuse('WAITERS_TOO_MANY', `${WAITERS_MAX} wait already`);
    return new Promise((answer, fail) => {
      const waiter: Waiter = {
        ...query,
        untilMs: this.clock.nowMs() + query.waitMs,
        answer: (events) => {
          this.waiters.delete(waiter);
          Promise.resolve(events).then(answer, fail);
        },
      };
      this.waiters.add(waiter);
      gone.addEventListener('abort', () => waiter.answer([]), { once: true });
      this.running ??= this.run();
    });
  }

  /** Lets everybody go who waits. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    for (const waiter of this.waiters) waiter.answer([]);
  }

  private async read({ after, limit }: Pick<EventQuery, 'after' | 'limit'>): Promise<readonly RecordedEvent[]> {
    return (await this.store.readAll(after, limit)).map(withoutSecrets);
  }

  private async run(): Promise<void> {
    while (this.waiters.size > 0 && !this.stopping.signal.aborted) {
      await this.clock.sleep(LOOK_EVERY_MS, this.stopping.signal);
      await this.look().catch(this.onError);
      for (const waiter of this.waiters) if (this.clock.nowMs() >= waiter.untilMs) waiter.answer([]);
    }
    // Nothing is awaited between the condition and here: a waiter that comes later starts the next run.
    this.running = undefined;
  }

  private async look(): Promise<void> {
    const head = await this.store.head();
    // Who waits for the same shares one read: a thousand consoles wait at the same position.
    const reads = new Map<string, Promise<readonly RecordedEvent[]>>();
    for (const waiter of this.waiters) {
      if (waiter.after >= head) continue;
      const wanted = `${waiter.after}/${waiter.limit}`;
      const read = reads.get(wanted) ?? this.read(waiter);
      reads.set(wanted, read);
      waiter.answer(read);
    }
  }
}
