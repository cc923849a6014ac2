import type { QueryClient } from '@tanstack/react-query';
import { type Client, createClient } from 'graphql-ws';
import { browserClock, type Clock } from '../time/clock.js';
import { type FleetHealth, followed } from './followed.js';
import type { Key } from './session.js';

/** How the line to Tocsin is. */
export type Line =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly since: number; readonly because: string };

/** What is pushed: the line, the newest health of the fleet, and when it came by the clock of this browser. */
export interface Live {
  readonly line: Line;
  readonly health: FleetHealth | null;
  readonly heardAt: number | null;
  /** Position of the newest event that was heard; null: none yet. */
  readonly position: number | null;
}

/** What a feed is made with. */
export interface FeedParts {
  readonly key: Key;
  readonly queries: Pick<QueryClient, 'invalidateQueries'>;
  /** Told once when the key is no good any more, or may not look. */
  readonly refused: () => void;
  /** Of the socket: `ws:` or `wss:`. */
  readonly url: string;
  readonly clock?: Clock;
  /** What makes sockets; the browser's unless told. */
  readonly socket?: unknown;
}

/** A key that is no good, and one that may not look: a socket that the server closes so would be refused again. */
const UNKNOWN = 4401;
const FORBIDDEN = 4403;
/** An act makes dozens of events within some ms, and each reading is shared by all of them; a person sees 150 ms as at once. */
const GATHER_MS = 150;
const BACK_OFF_MS = [250, 500, 1_000, 2_000, 4_000] as const;
const LONGEST_MS = 4_000;

const HEALTH = `subscription { fleetHealth { position health { asOf
  fleet { key success good bad timeout p50 p95 p99 window slot } regions { key success good bad timeout p50 p95 p99 window slot } } } }`;
const EVENTS = 'subscription ($after: Float) { events(after: $after) { position stream } }';

/** Where the socket of the API is, as seen from a page. */
export const socketUrl = (page: string): string => {
  const url = new URL('/graphql', page);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
};

/** Ends a client; one that is on its way to the server says that it did not get there, which is what is wanted. */
const dispose = (client: Client | undefined): void => void Promise.resolve(client?.dispose()).catch(() => undefined);

interface Told {
  readonly position: number;
  readonly stream: string;
}

/**
 * Follows Tocsin for one tab, over one socket: the health of the fleet each second, and every event by its position, from where this
 * tab was. Events are not shown from here; whatever the page has read of their streams is read again.
 */
export class LiveFeed {
  #live: Live = { line: { state: 'connecting' }, health: null, heardAt: null, position: null };
  readonly #listeners = new Set<() => void>();
  readonly #streams = new Set<string>();
  readonly #clock: Clock;
  readonly #unfollowKey: () => void;
  /** The socket's client sends these again when it is back, so that `after` is where this tab is then: no gap, no repetition. */
  readonly #variables: { after?: number } = {};
  #client: Client | undefined;
  /** How many sockets were wanted: what belongs to an earlier one says nothing any more. */
  #turn = 0;
  #stopGathering: (() => void) | undefined;
  #stopWaiting: (() => void) | undefined;
  #isEnded = false;

  constructor(private readonly parts: FeedParts) {
    this.#clock = parts.clock ?? browserClock;
    this.#unfollowKey = parts.key.onAnother(() => this.#open());
    this.#open();
  }

  readonly current = (): Live => this.#live;
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly end = (): void => {
    this.#isEnded = true;
    this.#unfollowKey();
    this.#stopGathering?.();
    this.#stopWaiting?.();
    this.#listeners.clear();
    dispose(this.#client);
  };

  /** Opens a socket with the key as it is now, in the place of the one that there was. */
  #open(): void {
    if (this.#isEnded) return;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    const last = this.#client;
    this.#turn += 1;
    const turn = this.#turn;
    let bearer = '';
    const client = createClient({
      // Asked for each attempt. What it waits for must come: a failure here is nobody's in the client.
      url: async () => {
        bearer = await this.#bearer(turn);
        return this.parts.url;
      },
      webSocketImpl: this.parts.socket,
      lazy: false,
      connectionParams: () => ({ authorization: `Bearer ${bearer}` }),
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (retries) => this.#backOff(retries, turn),
      shouldRetry: (event) => (event as Partial<CloseEvent>).code !== FORBIDDEN,
      keepAlive: 10_000,
      // It does not come again by itself after some codes; a process that had an error, or was asked too much, may be well soon.
      onNonLazyError: () => this.#openLater(turn),
      on: {
        connected: () => this.#isNow(turn) && this.#set({ line: { state: 'live' } }),
        closed: (event) => this.#isNow(turn) && this.#closed(event as CloseEvent),
      },
    });
    this.#client = client;
    this.#follow(client, turn);
    dispose(last);
  }

  #isNow(turn: number): boolean {
    return turn === this.#turn && !this.#isEnded;
  }

  #openLater(turn: number): void {
    if (!this.#isNow(turn)) return;
    this.#stopWaiting ??= this.#clock.after(LONGEST_MS, () => this.#open());
  }

  async #bearer(turn: number): Promise<string> {
    for (let attempts = 0; this.#isNow(turn); attempts += 1)
      try {
        return await this.parts.key.bearer();
      } catch (error) {
        this.#lost(error instanceof Error ? error.message : String(error));
        await this.#backOff(attempts, turn);
      }
    return '';
  }

  /** A client that is not asked for any more waits for ever: it would open one more socket before it knows. */
  #backOff(attempts: number, turn: number): Promise<void> {
    const longest = BACK_OFF_MS[Math.min(attempts, BACK_OFF_MS.length - 1)] ?? LONGEST_MS;
    // Between half and all of it, so that the tabs of a whole room do not come back in one moment.
    const goOn = (done: () => void) => () => this.#isNow(turn) && done();
    return new Promise((done) => this.#clock.after(longest * (0.5 + this.#clock.chance() / 2), goOn(done)));
  }

  #set(part: Partial<Live>): void {
    this.#live = { ...this.#live, ...part };
    for (const listener of this.#listeners) listener();
  }

  #lost(because: string): void {
    if (this.#live.line.state === 'lost' || this.#isEnded) return;
    this.#set({ line: { state: 'lost', since: this.#clock.now(), because } });
  }

  #closed({ code, reason }: CloseEvent): void {
    if (code === FORBIDDEN) return this.parts.refused();
    if (code === UNKNOWN) return void this.#comeWithAnother();
    this.#lost(reason || `the line broke (${code})`);
  }

  /** With another key, which opens the next socket by itself; without one it is over. */
  async #comeWithAnother(): Promise<void> {
    if (!(await this.parts.key.another()) && !this.#isEnded) this.parts.refused();
  }

  #follow(client: Client, turn: number): void {
    // What ends while its socket lives is not over: it was refused for now.
    const over = { error: () => this.#openLater(turn), complete: () => this.#openLater(turn) };
    client.subscribe<{ fleetHealth: { health: FleetHealth } }>(
      { query: HEALTH },
      {
        ...over,
        next: ({ data }) =>
          data && this.#isNow(turn) && this.#set({ health: data.fleetHealth.health, heardAt: this.#clock.now() }),
      },
    );
    client.subscribe<{ events: Told }>(
      { query: EVENTS, variables: this.#variables },
      { ...over, next: ({ data }) => data && this.#isNow(turn) && this.#heard(data.events) },
    );
  }

  #heard({ position, stream }: Told): void {
    this.#variables.after = position;
    this.#streams.add(stream);
    this.#set({ position });
    this.#stopGathering ??= this.#clock.after(GATHER_MS, () => this.#readAgain());
  }

  #readAgain(): void {
    this.#stopGathering = undefined;
    const streams = [...this.#streams];
    this.#streams.clear();
    void this.parts.queries.invalidateQueries({ predicate: ({ meta }) => followed(meta, streams) });
  }
}
