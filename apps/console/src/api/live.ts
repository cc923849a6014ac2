import type { QueryClient } from '@tanstack/react-query';
import { createClient, type Client } from 'graphql-ws';
import { browserClock, type Clock } from '../time/clock.js';
import { type FleetHealth, followed } from './followed.js';

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

/** A socket that the server closes with one of these will be refused again: the key is no good, or may not look. */
const REFUSED = new Set([4401, 4403]);
/** An act makes dozens of events within some ms, and each reading is shared by all of them; a person sees 150 ms as at once. */
const GATHER_MS = 150;
const BACK_OFF_MS = [250, 500, 1_000, 2_000, 4_000] as const;

const HEALTH = `subscription { fleetHealth { position health { asOf
  fleet { key success good bad timeout p50 p95 p99 window slot } regions { key success good bad timeout p50 p95 p99 window slot } } } }`;
const EVENTS = 'subscription ($after: Float) { events(after: $after) { position stream } }';

const waitFor = (clock: Clock, retries: number): Promise<void> => {
  const longest = BACK_OFF_MS[Math.min(retries, BACK_OFF_MS.length - 1)] ?? 0;
  // Between half and all of it, so that the tabs of a whole room do not come back in one moment.
  return new Promise((resolve) => clock.after(longest * (0.5 + clock.chance() / 2), resolve));
};

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
  #stopGathering: (() => void) | undefined;
  readonly #client: Client;

  constructor(
    key: string,
    private readonly queries: QueryClient,
    private readonly refused: () => void,
    private readonly clock: Clock = browserClock,
  ) {
    const url = new URL('/graphql', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#client = createClient({
      url: url.href,
      lazy: false,
      connectionParams: { authorization: `Bearer ${key}` },
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (retries) => waitFor(clock, retries),
      shouldRetry: () => true,
      keepAlive: 10_000,
      onNonLazyError: () => undefined,
      on: {
        connected: () => this.#set({ line: { state: 'live' } }),
        closed: (event) => this.#closed(event as CloseEvent),
      },
    });
    this.#follow();
  }

  readonly current = (): Live => this.#live;
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly end = (): void => {
    this.#stopGathering?.();
    this.#listeners.clear();
    void this.#client.dispose();
  };

  #set(part: Partial<Live>): void {
    this.#live = { ...this.#live, ...part };
    for (const listener of this.#listeners) listener();
  }

  #closed({ code, reason }: CloseEvent): void {
    if (REFUSED.has(code)) return this.refused();
    if (this.#live.line.state === 'lost') return;
    this.#set({ line: { state: 'lost', since: this.clock.now(), because: reason || `the line broke (${code})` } });
  }

  #follow(): void {
    this.#client.subscribe<{ fleetHealth: { health: FleetHealth } }>(
      { query: HEALTH },
      {
        next: ({ data }) => data && this.#set({ health: data.fleetHealth.health, heardAt: this.clock.now() }),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    // The client sends these variables again when it is back, so that `after` is where this tab is then: no gap, no repetition.
    const variables: { after?: number } = {};
    this.#client.subscribe<{ events: Told }>(
      { query: EVENTS, variables },
      {
        next: ({ data }) => {
          if (!data) return;
          variables.after = data.events.position;
          this.#heard(data.events);
        },
        error: () => undefined,
        complete: () => undefined,
      },
    );
  }

  #heard({ position, stream }: Told): void {
    this.#streams.add(stream);
    this.#set({ position });
    this.#stopGathering ??= this.clock.after(GATHER_MS, () => this.#readAgain());
  }

  #readAgain(): void {
    this.#stopGathering = undefined;
    const streams = [...this.#streams];
    this.#streams.clear();
    void this.queries.invalidateQueries({ predicate: ({ meta }) => followed(meta, streams) });
  }
}
