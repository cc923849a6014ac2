import { FakeClock, settle } from '../time/clock.fake.js';
import { LiveFeed, socketUrl } from './live.js';
import { apiKey, type Key } from './session.js';
import { FakeSockets } from './socket.fake.js';

type Predicate = (query: { readonly meta: Record<string, unknown> | undefined }) => boolean;

const open = (key: Key = apiKey('k.secret')) => {
  const [clock, sockets, invalidated] = [new FakeClock(), new FakeSockets(), [] as Predicate[]];
  let refused = 0;
  const feed = new LiveFeed({
    key,
    clock,
    url: 'ws://tocsin.test/graphql',
    socket: sockets.Socket,
    refused: () => (refused += 1),
    queries: {
      invalidateQueries: async ({ predicate } = {}) => void invalidated.push(predicate as unknown as Predicate),
    },
  });
  const accept = async (): Promise<void> => {
    await settle();
    sockets.last.open();
    await settle();
    sockets.last.tell({ type: 'connection_ack' });
    await settle();
  };
  return { feed, clock, sockets, invalidated, accept, refused: () => refused };
};

/** Longer than any wait between two attempts. */
const LATER_MS = 4_000;

describe('the feed of a tab', () => {
  it('is at the address of its page, encrypted where that is', () => {
    expect(socketUrl('http://localhost:8080/incidents/i-1?x=1')).toBe('ws://localhost:8080/graphql');
    expect(socketUrl('https://tocsin.test/')).toBe('wss://tocsin.test/graphql');
  });

  it('shows its key in the first message alone, and says how the line is', async () => {
    const { feed, sockets, accept } = open();
    expect(feed.current().line).toEqual({ state: 'connecting' });
    await accept();
    expect(sockets.all.map(({ url }) => url)).toEqual(['ws://tocsin.test/graphql']);
    expect(sockets.last.sent[0]).toEqual({ type: 'connection_init', payload: { authorization: 'Bearer k.secret' } });
    expect(feed.current().line).toEqual({ state: 'live' });
    feed.end();
  });

  it('comes back where it was, after the last position that it heard, without a gap', async () => {
    const { feed, clock, sockets, accept } = open();
    await accept();
    expect(sockets.last.asked('events').payload?.variables).toEqual({});
    sockets.last.tellEvent(41, 'incident-i1');
    sockets.last.tellEvent(42, 'incident-i1');
    sockets.last.close(1_006, '');
    await settle();
    expect(feed.current()).toMatchObject({ position: 42, line: { state: 'lost', because: 'the line broke (1006)' } });
    await clock.advance(LATER_MS);
    await accept();
    expect(sockets.all).toHaveLength(2);
    expect(sockets.last.asked('events').payload?.variables).toEqual({ after: 42 });
    expect(feed.current().line).toEqual({ state: 'live' });
    feed.end();
  });

  it('says since when it is lost, however often it tries', async () => {
    const { feed, clock, sockets, accept } = open();
    await accept();
    const since = clock.now();
    sockets.last.close(1_001, 'this process stops');
    await settle();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await clock.advance(LATER_MS);
      sockets.last.close(1_006);
      await settle();
    }
    expect(sockets.all.length).toBeGreaterThan(3);
    expect(feed.current().line).toEqual({ state: 'lost', since, because: 'this process stops' });
    feed.end();
  });

  it.each([4_401, 4_403])('is over when it is refused by %i, and does not come again', async (code) => {
    const { feed, clock, sockets, accept, refused } = open();
    await accept();
    sockets.last.close(code, 'refused');
    await settle();
    expect(refused()).toBe(1);
    feed.end();
    await clock.advance(10 * LATER_MS);
    expect(sockets.all).toHaveLength(1);
  });

  it.each([1_011, 4_429, 4_500])('comes again after %i, of which its client says that it never does', async (code) => {
    const { feed, clock, sockets, accept, refused } = open();
    await accept();
    sockets.last.tellEvent(7, 'rollout-r1');
    sockets.last.close(code, 'not well');
    await settle();
    expect(feed.current().line).toMatchObject({ state: 'lost' });
    await clock.advance(LATER_MS);
    await accept();
    expect([sockets.all.length, refused()]).toEqual([2, 0]);
    expect(sockets.last.asked('events').payload?.variables).toEqual({ after: 7 });
    expect(feed.current().line).toEqual({ state: 'live' });
    feed.end();
  });

  it.each(['error', 'complete'])('asks again when only one of the things that it follows ends, by %s', async (type) => {
    const { feed, clock, sockets, accept } = open();
    await accept();
    const { id } = sockets.last.asked('fleetHealth');
    sockets.last.tell({ type, id, ...(type === 'error' && { payload: [{ message: 'too many' }] }) });
    await settle();
    await clock.advance(LATER_MS);
    await accept();
    expect(sockets.all).toHaveLength(2);
    expect(sockets.last.asked('fleetHealth').id).toBeDefined();
    feed.end();
  });

  it('gathers the events of 150 ms, and reads again what rests on their streams, by prefix', async () => {
    const { feed, clock, sockets, invalidated, accept } = open();
    await accept();
    sockets.last.tellEvent(1, 'incident-i1');
    await clock.advance(149);
    sockets.last.tellEvent(2, 'delivery-d1');
    expect(invalidated).toHaveLength(0);
    await clock.advance(1);
    expect(invalidated).toHaveLength(1);
    const [isRead] = invalidated;
    const reads = (...follows: readonly string[]) => isRead?.({ meta: { follows } });
    expect([reads('incident-'), reads('delivery-'), reads('incident-i1')]).toEqual([true, true, true]);
    expect([reads('alert-'), reads('incident-i2'), reads(), isRead?.({ meta: undefined })]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    sockets.last.tellEvent(3, 'alert-a1');
    await clock.advance(150);
    expect(invalidated).toHaveLength(2);
    expect(invalidated[1]?.({ meta: { follows: ['incident-'] } })).toBe(false);
    feed.end();
  });

  it('is quiet after its end: nothing is read, opened or told', async () => {
    const { feed, clock, sockets, invalidated, accept, refused } = open();
    await accept();
    let told = 0;
    feed.listen(() => (told += 1));
    sockets.last.tellEvent(1, 'incident-i1');
    const before = told;
    feed.end();
    await clock.advance(10 * LATER_MS);
    expect([sockets.all.length, invalidated.length, told - before, refused()]).toEqual([1, 0, 0, 0]);
  });
});

describe('the feed of somebody whose token is made anew', () => {
  /** A key whose token is the number of how often it was made. */
  const renewable = (isRenewed: () => boolean) => {
    const listeners = new Set<() => void>();
    let made = 1;
    const renew = (): boolean => {
      if (!isRenewed()) return false;
      made += 1;
      for (const listener of listeners) listener();
      return true;
    };
    const key: Key = {
      bearer: async () => `token-${made}`,
      another: async () => renew(),
      onAnother: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    return { key, renew, listeners };
  };
  const shown = ({ last }: FakeSockets) => last.sent[0]?.payload?.authorization;

  it('opens a socket with the new one, from where it was, and lets the other go without a word of a lost line', async () => {
    const { key, renew, listeners } = renewable(() => true);
    const { feed, sockets, accept } = open(key);
    await accept();
    sockets.last.tellEvent(9, 'incident-i1');
    const lines: string[] = [];
    feed.listen(() => lines.push(feed.current().line.state));
    renew();
    await accept();
    expect(shown(sockets)).toBe('Bearer token-2');
    expect(sockets.last.asked('events').payload?.variables).toEqual({ after: 9 });
    expect(sockets.all.map(({ readyState }) => readyState)).toEqual([3, 1]);
    expect(new Set(lines)).toEqual(new Set(['live']));
    feed.end();
    expect(listeners.size).toBe(0);
  });

  it('hears nothing twice while both are open', async () => {
    const { key, renew } = renewable(() => true);
    const { feed, sockets, accept } = open(key);
    await accept();
    const [first] = sockets.all;
    const { id } = first?.asked('events') ?? {};
    renew();
    first?.tell({ type: 'next', id, payload: { data: { events: { position: 99, stream: 'incident-i1' } } } });
    expect(feed.current().position).toBeNull();
    feed.end();
  });

  it('comes with another when the server takes the old one no more, and is over when there is none', async () => {
    let isRenewed = true;
    const { feed, sockets, accept, refused } = open(renewable(() => isRenewed).key);
    await accept();
    sockets.last.close(4_401, 'TOKEN_EXPIRED');
    await accept();
    expect([shown(sockets), feed.current().line.state, refused()]).toEqual(['Bearer token-2', 'live', 0]);
    isRenewed = false;
    sockets.last.close(4_401, 'TOKEN_EXPIRED');
    await settle();
    expect(refused()).toBe(1);
    feed.end();
  });

  it('waits for a token that cannot be had now, and says why', async () => {
    let isAway = true;
    const key: Key = {
      ...apiKey(''),
      bearer: async () => {
        if (isAway) throw new Error('login.test cannot be reached');
        return 'token';
      },
    };
    const { feed, clock, sockets, accept } = open(key);
    await settle();
    expect(feed.current().line).toMatchObject({ state: 'lost', because: 'login.test cannot be reached' });
    expect(sockets.all).toHaveLength(0);
    isAway = false;
    await clock.advance(LATER_MS);
    await accept();
    expect([shown(sockets), feed.current().line.state]).toEqual(['Bearer token', 'live']);
    feed.end();
  });
});
