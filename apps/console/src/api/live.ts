import { type Client, createClient } from 'graphql-ws';
import { browserClock, type Clock } from '../time/clock.js';
import type { FleetHealth } from './followed.js';
import { ReadAgain, type ReadAgainParts } from './read-again.js';
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
}

/** What a feed is made with. */
export interface FeedParts {
  readonly key: Key;
  readonly queries: ReadAgainParts['queries'];
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
const BACK_OFF_MS = [250, 500, 1_000, 2_000, 4_000] as const;
const LONGEST_MS = 4_000;
/** How often the other side is asked whether it is there, and how long it has to say anything: a line that leads nowhere is left after 20 s. */
const PING_MS = 10_000;
const PONG_MS = 10_000;
/** From the first packet to being let in; a network that is there needs less than one of it. */
const OPEN_MS = 10_000;
const PING = JSON.stringify({ type: 'ping' });
/** After so long without a word the events between are not worth being told one by one: all of the page is read again. */
const FORGET_MS = 60_000;

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
interface Pushed {
  /** Of the newest event when it was counted. */
  readonly position: number;
  readonly health: FleetHealth;
}

const isOfAnotherLog = (errors: unknown): boolean =>
  Array.isArray(errors) &&
  errors.some(
    (error: { readonly extensions?: { readonly code?: string } }) => error.extensions?.code === 'CURSOR_INVALID',
  );

/**
 * Follows Tocsin for one tab, over one socket: the health of the fleet each second, and every event by its position, from where this
 * tab was. Events are not shown from here; whatever the page has read of their streams is read again. So is all of it whenever the line
 * is there (again): what happened before it was may have been read too early.
 */
export class LiveFeed {
  #live: Live = { line: { state: 'connecting' }, health: null, heardAt: null };
  readonly #listeners = new Set<() => void>();
  readonly #again: ReadAgain;
  readonly #clock: Clock;
  readonly #unfollowKey: () => void;
  /** The socket's client sends these again when it is back, so that `after` is where this tab is then: no gap, no repetition. */
  readonly #variables: { after?: number } = {};
  #client: Client | undefined;
  /** How many sockets were wanted: what belongs to an earlier one says nothing any more. */
  #turn = 0;
  #stopPinging: (() => void) | undefined;
  #stopWaiting: (() => void) | undefined;
  #isEnded = false;

  constructor(private readonly parts: FeedParts) {
    this.#clock = parts.clock ?? browserClock;
    this.#again = new ReadAgain({ queries: parts.queries, clock: this.#clock });
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
    this.#again.end();
    this.#stopPinging?.();
    this.#stopWaiting?.();
    this.#listeners.clear();
    dispose(this.#client);
  };

  /** Opens a socket with the key as it is now, in the place of the one that there was. */
  #open(): void {
    if (this.#isEnded) return;
    this.#stopPinging?.();
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
        this.#awaitWord(client, OPEN_MS);
        return this.parts.url;
      },
      webSocketImpl: this.parts.socket,
      lazy: false,
      connectionParams: () => ({ authorization: `Bearer ${bearer}` }),
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (retries) => this.#backOff(retries, turn),
      shouldRetry: (event) => (event as Partial<CloseEvent>).code !== FORBIDDEN,
      // It does not come again by itself after some codes; a process that had an error, or was asked too much, may be well soon.
      onNonLazyError: () => this.#openLater(turn),
      on: {
        connected: (socket) => {
          if (!this.#isNow(turn)) return;
          this.#connected();
          this.#watch(client, socket as WebSocket);
        },
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

  #connected(): void {
    const { line, heardAt } = this.#live;
    if (heardAt !== null && this.#clock.now() - heardAt > FORGET_MS) delete this.#variables.after;
    // With another token the line goes on where it was.
    if (line.state !== 'live' || this.#variables.after === undefined) this.#again.everything();
    if (line.state !== 'live') this.#set({ line: { state: 'live' } });
  }

  /** A network that was changed, or forgot this line, closes nothing: nobody would be heard on it until the system gives it up. */
  #watch(client: Client, socket: WebSocket): void {
    this.#stopPinging?.();
    this.#stopPinging = this.#clock.after(PING_MS, () => {
      const stopHearing = client.on('message', () => goOn());
      const goOn = () => {
        stopHearing();
        this.#watch(client, socket);
      };
      this.#awaitWord(client, PONG_MS);
      socket.send(PING);
    });
  }

  /** Leaves a socket whose other side says nothing for so long. */
  #awaitWord(client: Client, longestMs: number): void {
    this.#stopPinging?.();
    this.#stopPinging = this.#clock.after(longestMs, () => {
      this.#lost('the other side does not answer');
      client.terminate();
    });
  }

  #openLater(turn: number): void {
    if (!this.#isNow(turn)) return;
    this.#stopWaiting ??= this.#clock.after(LONGEST_MS, () => this.#open());
  }

  /** Of a client that is not asked for any more, as when this very asking made another token, it waits for ever: see below. */
  async #bearer(turn: number): Promise<string> {
    for (let attempts = 0; this.#isNow(turn); attempts += 1)
      try {
        const bearer = await this.parts.key.bearer();
        if (this.#isNow(turn)) return bearer;
      } catch (error) {
        this.#lost(error instanceof Error ? error.message : String(error));
        await this.#backOff(attempts, turn);
      }
    return new Promise(() => undefined);
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
    this.#stopPinging?.();
    if (code === FORBIDDEN) return this.parts.refused();
    if (code === UNKNOWN) return void this.#comeWithAnother();
    this.#lost(reason || `the line broke (${code})`);
  }

  /** With another key, which opens the next socket by itself; without one it is over, unless nobody could be asked for it. */
  async #comeWithAnother(): Promise<void> {
    const found = await this.parts.key.another();
    if (found === 'none' && !this.#isEnded) this.parts.refused();
    if (found === 'later') this.#lost('the token is over, and who gives the next one cannot be reached');
  }

  #follow(client: Client, turn: number): void {
    // What ends while its socket lives is not over: it was refused for now.
    const over = (errors?: unknown): void => {
      if (!this.#isNow(turn)) return;
      if (isOfAnotherLog(errors)) delete this.#variables.after;
      this.#openLater(turn);
    };
    client.subscribe<{ fleetHealth: Pushed }>(
      { query: HEALTH },
      { error: over, complete: over, next: ({ data }) => data && this.#isNow(turn) && this.#pushed(data.fleetHealth) },
    );
    client.subscribe<{ events: Told }>(
      { query: EVENTS, variables: this.#variables },
      { error: over, complete: over, next: ({ data }) => data && this.#isNow(turn) && this.#heard(data.events) },
    );
  }

  #pushed({ position, health }: Pushed): void {
    // Where nothing happens for hours no event says where this tab is.
    this.#variables.after ??= position;
    this.#set({ health, heardAt: this.#clock.now() });
  }

  #heard({ position, stream }: Told): void {
    this.#variables.after = position;
    this.#again.heard(stream);
  }
}
