import { type RecordedEvent, refuse, type Refusal } from '#contracts';
import type { Clock } from '#runtime';
import type { EventStore } from '#store';
import { EventPages } from './live/event-pages.js';
import type { FedEvent } from './live/fed-event.js';

/** Most waiting requests: each holds a connection of a client, nothing else. Beyond it they are refused and come again. */
export const WAITERS_MAX = 1_000;
/** How often the store is asked while somebody waits, one indexed range; nobody notices a tenth of a second. */
const LOOK_EVERY_MS = 100;

/** Bytes of events that a follower is given at once, and holds while his socket takes them; one event where it is larger. */
export const STEP_BYTES_MAX = 262_144;

/** How soon a follower reads again what could not be read: a connection that broke is there anew by then. Each time twice as late. */
const AGAIN_MS = 100;
/** At most so late: a database that is back is noticed within it, and a thousand followers ask it two hundred times a second meanwhile. */
const AGAIN_MS_MAX = 5_000;

/** How often it is told that nothing can be read: it is the same for everybody, and goes on for as long as it does. */
const TELL_EVERY_MS = 1_000;

/** What somebody waits for. */
export interface EventQuery {
  readonly after: number;
  readonly limit: number;
  readonly waitMs: number;
}

/** What somebody follows: events after a position, those that are chosen. */
export interface FollowQuery {
  readonly after: number;
  readonly chooses: (recorded: RecordedEvent) => boolean;
}

/** A step of a follower: what was chosen of some events, perhaps nothing, and the position of the last of them. */
export interface FollowedPage {
  readonly events: readonly FedEvent[];
  readonly position: number;
}

interface Waiter {
  readonly after: number;
  readonly untilMs: number;
  readonly wake: () => void;
}

/** What viewers may see of an event: the hash of a secret is nobody's business but the authenticator's. */
export const withoutSecrets = (recorded: RecordedEvent): RecordedEvent => {
  if (recorded.event.type !== 'ApiKeyCreated') return recorded;
  const { secretHash: _hidden, ...data } = recorded.event.data;
  return { ...recorded, event: { ...recorded.event, data } as RecordedEvent['event'] };
};

/**
 * Events in the global order, for those who wait and those who follow: one look at the store each 100 ms for all of them together, and
 * only while there is one; what it finds is kept in bounded pages that all share. Everybody has a position and takes from there at
 * his own pace, so that nobody is waited for and nobody's events are held for him. A look that fails is repeated.
 */
export class EventFeed {
  private readonly waiters = new Set<Waiter>();
  private readonly stopping = new AbortController();
  private readonly pages: EventPages;
  private polling = 0;
  private toldMs = -Infinity;
  private running: Promise<void> | undefined;

  constructor(
    store: Pick<EventStore, 'readAll' | 'head'>,
    private readonly clock: Clock,
    private readonly onError: (error: Error) => void,
  ) {
    this.pages = new EventPages(store, withoutSecrets, onError);
  }

  /** How many wait for an event. */
  get waiting(): number {
    return this.waiters.size;
  }

  /** Bytes of serialised events that are kept for all. */
  get keptBytes(): number {
    return this.pages.keptBytes;
  }

  /** The newest position at this moment. */
  async head(): Promise<number> {
    await this.pages.look();
    return this.pages.head;
  }

  /** Events after a position; when there is none, waits for the first. None when the wait ends, `gone` is aborted, or we stop. */
  async after({ after, limit, waitMs }: EventQuery, gone: AbortSignal): Promise<readonly RecordedEvent[] | Refusal> {
    await this.pages.look();
    const found = await this.take(after, limit);
    if (found.length > 0 || waitMs <= 0) return found;
    if (this.polling >= WAITERS_MAX) return refuse('WAITERS_TOO_MANY', `${WAITERS_MAX} wait already`);
    this.polling += 1;
    await this.newer(after, gone, this.clock.nowMs() + waitMs);
    this.polling -= 1;
    return gone.aborted ? [] : this.take(after, limit);
  }

  /**
   * Events after a position for as long as `gone` is not aborted and we do not stop. Where what is no longer kept cannot be read, it is
   * told and read again after a wait: whoever follows misses nothing, and gets nothing twice.
   */
  async *follow({ after, chooses }: FollowQuery, gone: AbortSignal): AsyncGenerator<FollowedPage, void, void> {
    let position = after;
    await this.untilRead(() => this.pages.look(), gone);
    while (!gone.aborted && !this.stopping.signal.aborted) {
      const step = await this.untilRead(() => this.step(position, chooses), gone);
      if (step === undefined) await this.newer(position, gone, Infinity);
      else {
        position = step.position;
        yield step;
      }
    }
  }

  /** Reads until it can be read, with waits that double; undefined when `gone` is aborted or we stop before. */
  async untilRead<T>(read: () => Promise<T>, gone: AbortSignal): Promise<T | undefined> {
    for (
      let waitMs = AGAIN_MS;
      !gone.aborted && !this.stopping.signal.aborted;
      waitMs = Math.min(2 * waitMs, AGAIN_MS_MAX)
    ) {
      try {
        return await read();
      } catch (error) {
        this.tell(error as Error);
        await this.clock.sleep(waitMs, AbortSignal.any([gone, this.stopping.signal]));
      }
    }
    return undefined;
  }

  /** Lets everybody go who waits or follows. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    for (const waiter of this.waiters) waiter.wake();
  }

  /** What one follower holds: of the page, which belongs to all, only what comes next. */
  private async step(after: number, chooses: FollowQuery['chooses']): Promise<FollowedPage | undefined> {
    const taken = await this.pages.take(after);
    const events: FedEvent[] = [];
    let bytes = 0;
    for (const event of taken.events) {
      if (!chooses(event.recorded)) continue;
      bytes += event.frame.length;
      if (bytes > STEP_BYTES_MAX && events.length > 0) return { events, position: event.position - 1 };
      events.push(event);
    }
    return taken.position === after ? undefined : { events, position: taken.position };
  }

  private async take(after: number, limit: number): Promise<readonly RecordedEvent[]> {
    const taken: RecordedEvent[] = [];
    for (let position = after; taken.length < limit;) {
      const found = await this.pages.take(position);
      if (found.position === position) break;
      position = found.position;
      for (const { recorded } of found.events) taken.push(recorded);
    }
    return taken.slice(0, limit);
  }

  /** Resolves when there is an event after the position, the time has come, the waiter is gone, or we stop. */
  private newer(after: number, gone: AbortSignal, untilMs: number): Promise<void> {
    if (gone.aborted || this.stopping.signal.aborted || this.pages.head > after) return Promise.resolve();
    return new Promise((done) => {
      const wake = (): void => {
        this.waiters.delete(waiter);
        gone.removeEventListener('abort', wake);
        done();
      };
      const waiter: Waiter = { after, untilMs, wake };
      this.waiters.add(waiter);
      gone.addEventListener('abort', wake, { once: true });
      this.running ??= this.run();
    });
  }

  /** A thousand followers fail at once: one of them a second is told. */
  private tell(error: Error): void {
    const nowMs = this.clock.nowMs();
    if (nowMs < this.toldMs + TELL_EVERY_MS) return;
    this.toldMs = nowMs;
    this.onError(error);
  }

  private async run(): Promise<void> {
    while (this.waiters.size > 0 && !this.stopping.signal.aborted) {
      await this.clock.sleep(LOOK_EVERY_MS, this.stopping.signal);
      await this.pages.look().catch((error: unknown) => this.tell(error as Error));
      const [head, nowMs] = [this.pages.head, this.clock.nowMs()];
      for (const waiter of this.waiters) if (waiter.after < head || nowMs >= waiter.untilMs) waiter.wake();
    }
    // Nothing is awaited between the condition and here: a waiter that comes later starts the next run.
    this.running = undefined;
  }
}
