import { randomInt } from 'node:crypto';
import { systemClock } from '#runtime';
import { openTestDatabase, type ServedRoles, serveRoles, type TestDatabase, until } from '#testing';
import { api } from '../api.role.js';
import type { EventFeed } from '../event-feed.js';
import { EVENT_FEED, FOLLOWERS } from '../tokens.js';
import { HEAVY_BYTES, heavy, light } from './crowd.fixture.js';
import { GROWING_BYTES_MAX, KEPT_BYTES_MAX, PAGE_EVENTS } from './event-pages.js';
import type { Followers } from './followers.js';
import { openSocket, openStream, type OpenStream } from './live.fixture.js';

const FOLLOWERS_COUNT = 100;
const SECONDS = 180;
/** Of all who follow, each second: each is dropped some nine times. */
const DROPPED_A_SECOND = 5;
/** What the slow one alone takes, each second: of what it does not take, its buffers are full after some twenty, and ten later it is cut. */
const HEAVY_A_SECOND = 8;
/** The slow one hangs for so many seconds, and takes for so many what waits for it, or sees that it was cut and comes again. */
const HANGS_S = 40;
const TAKES_S = 5;
/** Of the last of all who were there all the while: nobody may wait for an event until the next one is there. */
const LAG_MS_MAX = 1_000;
const TOLD_BY = { actor: 'test', cause: 'test' };

let test: TestDatabase;
let served: ServedRoles;
let viewer: string;
beforeAll(async () => {
  test = await openTestDatabase();
  served = await serveRoles([api], test);
  viewer = await served.keyOf('viewer');
});
afterAll(async () => {
  await served.close();
  await test.close();
});

/** Somebody who follows by one of the two ways, is dropped, and comes again where he was. */
class Follower {
  private readonly before: number[] = [];
  private now: { readonly positions: () => readonly number[]; readonly close: () => void } | undefined;

  constructor(
    private readonly isSocket: boolean,
    private after: number,
  ) {}

  async come(): Promise<void> {
    this.now = await (this.isSocket ? this.bySocket() : this.byStream());
  }

  drop(): void {
    this.before.push(...(this.now?.positions() ?? []));
    this.after = this.before.at(-1) ?? this.after;
    this.now?.close();
    this.now = undefined;
  }

  /** Of the last event that came. */
  last(): number {
    return this.now?.positions().at(-1) ?? this.after;
  }

  /** All that came, by whichever connection. */
  all(): readonly number[] {
    return [...this.before, ...(this.now?.positions() ?? [])];
  }

  private byStream() {
    const headers = { authorization: viewer, 'last-event-id': `${this.after}` };
    return openStream(`${served.url}/v1/stream?stream=key-`, headers);
  }

  private async bySocket() {
    const socket = await openSocket(`${served.url}/graphql`, { key: viewer });
    const asked = 'subscription ($after: Float) { events(after: $after, stream: "key-") { position } }';
    socket.subscribe('e', asked, { after: this.after });
    const positions = () =>
      socket.results('e').flatMap(({ data }) => (data?.['events'] as { position: number } | undefined)?.position ?? []);
    return { positions, close: socket.close };
  }
}

/** Somebody who takes everything, hangs, is cut, and comes again where he was. */
class SlowFollower {
  private readonly before: number[] = [];
  private now: OpenStream | undefined;
  cuts = -1;

  constructor(private after: number) {}

  /** What it does in a second. Who hangs does not see that it was cut. */
  async turn(second: number): Promise<void> {
    if (this.now === undefined || this.now.isOver()) {
      this.cuts += 1;
      await this.end();
      const headers = { authorization: viewer, 'last-event-id': `${this.after}` };
      this.now = await openStream(`${served.url}/v1/stream`, headers);
    }
    if (second % (HANGS_S + TAKES_S) < HANGS_S) this.now.pause();
    else this.now.resume();
  }

  async end(): Promise<void> {
    this.before.push(...(this.now?.positions() ?? []));
    this.after = this.before.at(-1) ?? this.after;
    this.now?.close();
    this.now = undefined;
  }

  /** Takes everything, however long it was away. */
  async catchUp(head: number): Promise<readonly number[]> {
    await this.end();
    const headers = { authorization: viewer, 'last-event-id': `${this.after}` };
    const last = (this.now = await openStream(`${served.url}/v1/stream`, headers));
    await until('the slow one has caught up', () => (last.positions().at(-1) ?? this.after) >= head, 60_000);
    await this.end();
    return this.before;
  }
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const someOf = <T>(all: readonly T[], count: number): readonly T[] =>
  [...new Set(Array.from({ length: count }, () => randomInt(all.length)))].flatMap((at) => all[at] ?? []);

describe('a crowd that comes and goes', () => {
  it('B15: 100 followers, an event a second, one slow: nobody else waits, memory is bounded, no gap, no repetition', async () => {
    const [feed, followers] = [served.get<EventFeed>(EVENT_FEED), served.get<Followers>(FOLLOWERS)];
    const { eventStore } = served.parts;
    const begun = await eventStore.head();
    const crowd = Array.from({ length: FOLLOWERS_COUNT - 1 }, (_each, at) => new Follower(at % 2 === 0, begun));
    for (const each of crowd) await each.come();
    const slow = new SlowFollower(begun);
    const [lags, keys]: [number[], number[]] = [[], []];
    let [made, largest, kept, rssMax] = [0, 0, 0, 0];
    const rss = (): number => process.memoryUsage().rss / 2 ** 20;
    const rssBegun = rss();

    for (let second = 1; second <= SECONDS; second += 1) {
      const nextMs = performance.now() + 1_000;
      await slow.turn(second);
      const dropped = someOf(crowd, DROPPED_A_SECOND);
      for (const each of dropped) each.drop();
      await eventStore.append(
        Array.from({ length: HEAVY_A_SECOND }, () => heavy((made += 1))),
        TOLD_BY,
      );
      await eventStore.append([light(second)], TOLD_BY);
      const told = performance.now();
      const key = await eventStore.head();
      keys.push(key);
      const here = (who: readonly Follower[]) =>
        until('the event of the second is here', () => who.every((each) => each.last() >= key));
      await here(crowd.filter((each) => !dropped.includes(each)));
      lags.push(performance.now() - told);
      for (const each of dropped) await each.come();
      await here(crowd);
      largest = Math.max(largest, ...followers.bufferedBytes);
      [kept, rssMax] = [Math.max(kept, feed.keptBytes), Math.max(rssMax, rss())];
      await systemClock.sleep(Math.max(0, nextMs - performance.now()));
    }

    const seenBySlow = await slow.catchUp(await eventStore.head());
    const sorted = lags.toSorted((a, b) => a - b);
    console.table({
      followers: FOLLOWERS_COUNT,
      seconds: SECONDS,
      dropped: SECONDS * DROPPED_A_SECOND,
      'slow one cut': slow.cuts,
      'lag p50 ms': Math.round(quantile(sorted, 0.5)),
      'lag p99 ms': Math.round(quantile(sorted, 0.99)),
      'lag max ms': Math.round(sorted.at(-1) ?? 0),
      'buffered for one, bytes': largest,
      'kept for all, bytes': kept,
      'rss MiB, begun': Math.round(rssBegun),
      'rss MiB, most': Math.round(rssMax),
    });
    for (const each of crowd) expect(each.all()).toEqual(keys);
    const head = await eventStore.head();
    expect(seenBySlow).toEqual(Array.from({ length: head - begun }, (_each, at) => begun + 1 + at));
    expect(slow.cuts).toBeGreaterThan(0);
    expect(largest).toBeLessThan(65_536 + 2 * HEAVY_BYTES);
    expect(kept).toBeLessThan(KEPT_BYTES_MAX + GROWING_BYTES_MAX + PAGE_EVENTS * 2 * HEAVY_BYTES);
    expect(quantile(sorted, 0.99)).toBeLessThan(LAG_MS_MAX);
    for (const each of crowd) each.drop();
    await until('nobody follows', () => followers.size === 0);
  });
});
