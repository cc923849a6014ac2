import { IssuedKey } from '../sign-in/issued-key.js';
import { fakeSiblings } from '../sign-in/siblings.fake.js';
import { FakeClock, settle } from '../time/clock.fake.js';
import { LATER_MS, openFeed as open } from './open-feed.fake.js';
import { apiKey, type Key } from './session.js';
import type { FakeSockets } from './socket.fake.js';

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
      another: async () => (renew() ? 'another' : 'none'),
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
    sockets.last.tellHealth(9);
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
    sockets.last.tellEvent(98, 'incident-i1');
    const { id } = first?.asked('events') ?? {};
    renew();
    first?.tell({ type: 'next', id, payload: { data: { events: { position: 99, stream: 'incident-i1' } } } });
    await accept();
    expect(sockets.last.asked('events').payload?.variables).toEqual({ after: 98 });
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

  it('outlives an issuer that is away when the server takes its token no more', async () => {
    const clock = new FakeClock();
    let isAway = true;
    const over: string[] = [];
    const tokens = { refresh: 'r', id: null, subject: 'u-1' };
    const key = new IssuedKey({
      issuer: 'https://login.test',
      tokens: { ...tokens, access: 'token-1', madeAt: clock.now(), until: clock.now() + 300_000 },
      clock,
      keep: () => undefined,
      over: (because) => over.push(because),
      siblings: fakeSiblings()(),
      renew: async () => {
        if (isAway) throw new TypeError('Failed to fetch');
        return { ...tokens, access: 'token-2', madeAt: clock.now(), until: clock.now() + 300_000 };
      },
    });
    const { feed, sockets, accept, refused } = open(key, clock);
    await accept();
    await clock.advance(300_000);
    sockets.last.close(4_401, 'TOKEN_EXPIRED');
    await settle();
    expect(feed.current().line).toMatchObject({
      state: 'lost',
      because: 'the token is over, and who gives the next one cannot be reached',
    });
    await clock.advance(60_000);
    expect([refused(), over]).toEqual([0, []]);
    isAway = false;
    await clock.advance(10_000);
    await accept();
    expect([shown(sockets), feed.current().line.state, refused(), over]).toEqual(['Bearer token-2', 'live', 0, []]);
    feed.end();
    key.end();
  });
});
