import fc from 'fast-check';
import { FakeClock, openTestDatabase, serveRoles, type ServedRoles, type TestDatabase, until } from '#testing';
import { api } from '../api.role.js';
import { NOW_MS, type ServedApi, serveApi } from '../api.fixture.js';
import type { EventFeed } from '../event-feed.js';
import { EVENT_FEED, FOLLOWERS } from '../tokens.js';
import { HEAVY_BYTES, heavy, light } from './crowd.fixture.js';
import { GROWING_BYTES_MAX, KEPT_BYTES_MAX, PAGE_EVENTS } from './event-pages.js';
import { type Followers, STUCK_MS_MAX } from './followers.js';
import { openSocket, openStream, positionsIn, type OpenSocket, type OpenStream } from './live.fixture.js';

/** Questions of a test after which the clock goes on: some tenths of a second of the machine's. */
const LOOKED_AGAIN_EVERY = 50;
/** Reads of the log while anybody follows, however many: each 100 ms, and at both ends of the second. */
const LOOKS_A_SECOND = 12;
/** What waits for one socket: its buffer, and one event. */
const SOCKET_BYTES_MAX = 65_536 + 2 * HEAVY_BYTES;

const upTo = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_each, index) => from + 1 + index);

/** The positions that a subscription `e` of events has told. */
const told = (socket: OpenSocket): readonly number[] =>
  socket.results('e').flatMap(({ data }) => (data?.['events'] as { position: number } | undefined)?.position ?? []);

const TOLD_BY = { actor: 'test', cause: 'test' };

describe('100 who follow, one of them slow', () => {
  let served: ServedApi;
  let made = 0;
  let reads = 0;
  beforeAll(async () => {
    served = await serveApi();
    const { readAll } = served.parts.eventStore;
    const counted: typeof readAll = (after, limit) => {
      reads += 1;
      return readAll(after, limit);
    };
    Object.assign(served.parts.eventStore, { readAll: counted });
  });
  afterAll(() => served.end());

  const append = async (kind: typeof light, count: number): Promise<void> => {
    const streams = Array.from({ length: count }, () => kind((made += 1)));
    await served.parts.eventStore.append(streams, TOLD_BY);
  };
  /** One second of the clock, in which one event is recorded; the reads that it took. */
  const second = async (isHere: (head: number) => boolean): Promise<number> => {
    const before = reads;
    await append(light, 1);
    const head = await served.parts.eventStore.head();
    for (let step = 0; step < 10; step += 1) await served.clock.advance(100);
    let took: number | undefined;
    let asked = 0;
    await until('everybody has the event of the second', async () => {
      // On a busy machine a look can take longer than that second: the clock stands, and without another nobody would look again.
      if ((asked += 1) % LOOKED_AGAIN_EVERY === 0) {
        took ??= reads - before;
        await served.clock.advance(100);
      }
      return isHere(head);
    });
    return took ?? reads - before;
  };

  it('B15: nobody else is slowed, what is kept is bounded, and one look serves all', async () => {
    const viewer = await served.as('viewer');
    const feed = served.get<EventFeed>(EVENT_FEED);
    const followers = served.get<Followers>(FOLLOWERS);
    const stream = (query: string) => openStream(`${served.url}/v1/stream?${query}`, { authorization: viewer });
    const from = await served.parts.eventStore.head();
    // Most choose, so that the test need not read gigabytes; two and the slow one take everything.
    const all = await Promise.all(['', '', ''].map(stream));
    await second((head) => all.every((each) => each.positions().at(-1) === head));
    const choosing = await Promise.all(Array.from({ length: 47 }, () => stream('stream=key-')));
    const sockets = await Promise.all(
      Array.from({ length: 50 }, () => openSocket(`${served.url}/graphql`, { key: viewer })),
    );
    for (const socket of sockets) socket.subscribe('e', 'subscription { events(stream: "key-") { position } }');
    await until('all wait', () => feed.waiting === 100);
    const begun = await served.parts.eventStore.head();
    const [slow, ...fast] = all as [OpenStream, ...OpenStream[]];
    const streams = [...fast, ...choosing];
    const isHere = (head: number): boolean =>
      streams.every((each) => each.positions().at(-1) === head) && sockets.every((each) => told(each).at(-1) === head);
    expect(await second(isHere)).toBeLessThanOrEqual(LOOKS_A_SECOND);

    slow.pause();
    await until('the slow one takes nothing', async () => {
      await append(heavy, 32);
      await served.clock.advance(100);
      return followers.stuck > 0;
    });
    const stuckAtMs = served.clock.nowMs();
    let largest = 0;
    const measured = (head: number): boolean => {
      largest = Math.max(largest, ...followers.bufferedBytes);
      return isHere(head);
    };
    while (followers.size === 100 && served.clock.nowMs() < stuckAtMs + 2 * STUCK_MS_MAX) await second(measured);
    await second(measured);
    expect([followers.size, followers.stuck]).toEqual([99, 0]);
    expect(largest).toBeLessThan(SOCKET_BYTES_MAX);
    expect(feed.keptBytes).toBeLessThan(KEPT_BYTES_MAX + GROWING_BYTES_MAX + PAGE_EVENTS * 2 * HEAVY_BYTES);

    const head = await served.parts.eventStore.head();
    for (const each of fast) expect(each.positions()).toEqual(upTo(from, head));
    const keys = choosing[0]!.positions();
    expect(keys.length).toBeGreaterThan(STUCK_MS_MAX / 1_000);
    for (const each of choosing) expect(each.positions()).toEqual(keys);
    for (const each of sockets) expect(told(each)).toEqual(keys);
    expect(keys[0]).toBe(begun + 1);

    slow.resume();
    await until('it sees that it was cut', () => slow.isOver());
    const had = slow.positions();
    const again = await stream(`after=${had.at(-1)}`);
    await until('it has caught up', () => again.positions().at(-1) === head);
    expect([...had, ...again.positions()]).toEqual(upTo(from, head));
    for (const each of [...streams, again]) each.close();
    for (const each of sockets) each.close();
    await until('nobody follows', () => followers.size === 0);
  }, 120_000);
});

describe('dropping and resuming', () => {
  let db: TestDatabase;
  let served: ServedRoles;
  const clock = new FakeClock(NOW_MS);
  beforeAll(async () => {
    db = await openTestDatabase();
    served = await serveRoles([api], db, { clock });
  });
  afterAll(async () => {
    await served.close();
    await db.close();
  });

  let made = 0;
  const append = async (count: number): Promise<void> => {
    if (count === 0) return;
    await served.parts.eventStore.append(
      Array.from({ length: count }, () => light((made += 1))),
      TOLD_BY,
    );
  };
  const here = (what: string, condition: () => boolean) =>
    until(what, async () => {
      await clock.advance(100);
      return condition();
    });

  const byStream = async (key: string, after: number, count: number): Promise<readonly number[]> => {
    const stream = await openStream(`${served.url}/v1/stream`, { authorization: key, 'last-event-id': `${after}` });
    await here('it came', () => stream.positions().length >= count);
    stream.close();
    return stream.positions();
  };
  const bySocket = async (key: string, after: number, count: number): Promise<readonly number[]> => {
    const socket = await openSocket(`${served.url}/graphql`, { key });
    socket.subscribe('e', 'subscription ($after: Float) { events(after: $after) { position } }', { after });
    await here('it came', () => socket.results('e').length >= count);
    socket.close();
    return told(socket);
  };

  it('B15: at any point, by either way, and across restarts: no gap and no repetition', async () => {
    const key = await served.keyOf('viewer');
    const step = fc.record({
      isSocket: fc.boolean(),
      before: fc.nat(200),
      want: fc.integer({ min: 1, max: 40 }),
      isRestarted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 6 }), async (steps) => {
        const from = await served.parts.eventStore.head();
        const seen: number[] = [];
        for (const { isSocket, before, want, isRestarted } of steps) {
          const last = seen.at(-1) ?? from;
          await append(before);
          const there = (await served.parts.eventStore.head()) - last;
          if (there < want) await append(want - there);
          if (isRestarted) {
            await served.close();
            served = await serveRoles([api], db, { clock });
          }
          seen.push(...(await (isSocket ? bySocket : byStream)(key, last, want)));
        }
        expect(seen).toEqual(upTo(from, seen.at(-1) ?? from));
      }),
      { numRuns: 4 },
    );
  }, 120_000);

  it('a server that stops lets all of them go, also those that take nothing, and answers no more', async () => {
    const key = await served.keyOf('viewer');
    const streams = await Promise.all([1, 2].map(() => openStream(`${served.url}/v1/stream`, { authorization: key })));
    const sockets = await Promise.all([1, 2].map(() => openSocket(`${served.url}/graphql`, { key })));
    for (const socket of sockets) socket.subscribe('e', 'subscription { events { position } }');
    streams[0]?.pause();
    sockets[0]?.pause();
    await until('all follow', () => served.get<Followers>(FOLLOWERS).size === 4);
    let isStopped = false;
    void served.close().then(() => (isStopped = true));
    // The next step of a process that stops begins after 8 s whether this one is done or not.
    await until('it stopped', () => isStopped, 6_000);
    await until('they were told', () => streams[1]?.isOver() === true && sockets[1]?.closed() !== undefined);
    expect(sockets[1]?.closed()).toEqual({ code: 1001, reason: 'this process stops' });
    expect(positionsIn(streams[1]?.text() ?? '')).toEqual([]);
    for (const each of [...streams, ...sockets]) each.close();
    served = await serveRoles([api], db, { clock });
  });
});
