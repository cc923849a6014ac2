import fc from 'fast-check';
import { event, type RecordedEvent } from '#contracts';
import { FakeClock, until } from '#testing';
import { EventFeed, type FollowedPage } from './event-feed.js';
import { PAGE_EVENTS } from './live/event-pages.js';

const recorded = (position: number): RecordedEvent => ({
  position,
  stream: `key-k${position}`,
  version: 1,
  event: event('ApiKeyRevoked', { keyId: `k${position}` }),
  metadata: { actor: 'test', cause: 'test' } as RecordedEvent['metadata'],
  recordedAtMs: 0,
  hash: '',
});

/** A log with events of some positions; reads fail while `failures` of them are left. */
const logOf = (positions: readonly number[]) => {
  const log = { head: positions.at(-1) ?? 0, positions: [...positions], failures: 0, asked: 0 };
  const failing = (): void => {
    log.asked += 1;
    if (log.failures === 0) return;
    log.failures -= 1;
    throw new Error('the database does not answer');
  };
  const readAll = async (after: number, limit = PAGE_EVENTS): Promise<readonly RecordedEvent[]> => {
    failing();
    return log.positions
      .filter((each) => each > after)
      .slice(0, limit)
      .map(recorded);
  };
  const head = async (): Promise<number> => {
    failing();
    return log.head;
  };
  const append = (): void => void log.positions.push((log.head += 1));
  return { log, append, store: { readAll, head } };
};

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_each, at) => at + 1);

const following = (store: ReturnType<typeof logOf>['store'], after: number) => {
  const clock = new FakeClock();
  const errors: string[] = [];
  const feed = new EventFeed(store, clock, ({ message }) => errors.push(message));
  const gone = new AbortController();
  const pages: FollowedPage[] = [];
  const done = (async () => {
    for await (const page of feed.follow({ after, chooses: () => true }, gone.signal)) pages.push(page);
  })();
  return {
    clock,
    errors,
    positions: () => pages.flatMap(({ events }) => events.map(({ position }) => position)),
    reached: () => pages.at(-1)?.position ?? after,
    end: async () => {
      gone.abort();
      await done;
    },
  };
};

const moved = (what: string, clock: FakeClock, condition: () => boolean): Promise<unknown> =>
  until(what, async () => {
    await clock.advance(100);
    return condition();
  });

describe('the feed of events', () => {
  it('goes on after reads that fail, wherever they do: no gap, no repetition', async () => {
    const past = upTo(3 * PAGE_EVENTS + 5);
    for (const failures of [1, 2, 7]) {
      const { log, append, store } = logOf(past);
      log.failures = failures;
      const follower = following(store, 0);
      await moved('the past is told', follower.clock, () => follower.reached() === past.length);
      log.failures = failures;
      append();
      await moved('the present is told', follower.clock, () => follower.reached() === past.length + 1);
      expect(follower.positions()).toEqual(upTo(past.length + 1));
      expect(new Set(follower.errors)).toEqual(new Set(['the database does not answer']));
      await follower.end();
    }
  });

  it('asks less and less often while nothing can be read, and says so once a second at most', async () => {
    const { log, store } = logOf(upTo(1));
    log.failures = Infinity;
    const follower = following(store, 0);
    await follower.clock.advance(60_000);
    // 0.1, 0.2 ... 3.2 s apart, and then 5.
    expect([log.asked, follower.errors.length]).toEqual([17, 14]);
    log.failures = 0;
    await follower.clock.advance(5_000);
    expect(follower.positions()).toEqual([1]);
    await follower.end();
  });

  it('events that were deleted are passed over, and every other is told once, wherever one begins', async () => {
    const size = 4 * PAGE_EVENTS;
    const deletions = fc.uniqueArray(fc.integer({ min: 1, max: size - 1 }), { maxLength: 2 * PAGE_EVENTS });
    const whole = fc.constant(upTo(2 * PAGE_EVENTS).slice(PAGE_EVENTS));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 9, arbitrary: deletions }, whole),
        fc.integer({ min: 0, max: size }),
        async (deleted, after) => {
          const left = upTo(size + 3).filter((each) => !deleted.includes(each));
          const { append, store } = logOf(left);
          const follower = following(store, after);
          await moved('the past is told', follower.clock, () => follower.reached() === size + 3);
          append();
          await moved('the present is told', follower.clock, () => follower.reached() === size + 4);
          expect(follower.positions()).toEqual([...left.filter((each) => each > after), size + 4]);
          await follower.end();
        },
      ),
      { numRuns: 50 },
    );
  });
});
