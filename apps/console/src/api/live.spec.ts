import { settle } from '../time/clock.fake.js';
import { socketUrl } from './live.js';
import { LATER_MS, openFeed as open } from './open-feed.fake.js';

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
    expect(feed.current()).toMatchObject({ line: { state: 'lost', because: 'the line broke (1006)' } });
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
    const { feed, clock, sockets, show, accept } = open();
    await accept();
    await clock.advance(150);
    const shown = [['incident-'], ['delivery-'], ['incident-i1'], ['alert-'], ['incident-i2'], []].map((each) =>
      show(each),
    );
    await clock.advance(0);
    const asked = () => shown.map((each) => each.asked());
    sockets.last.tellEvent(1, 'incident-i1');
    await clock.advance(149);
    sockets.last.tellEvent(2, 'delivery-d1');
    expect(asked()).toEqual([1, 1, 1, 1, 1, 1]);
    await clock.advance(1);
    expect(asked()).toEqual([2, 2, 2, 1, 1, 1]);
    sockets.last.tellEvent(3, 'alert-a1');
    await clock.advance(150);
    expect(asked()).toEqual([2, 2, 2, 2, 1, 1]);
    feed.end();
  });

  it('lets what takes longer than events take to come be read to its end, and once more after them', async () => {
    const { feed, clock, sockets, show, accept } = open();
    await accept();
    const { asked, answers } = show(['delivery-'], 400);
    const begun = clock.now();
    for (let position = 1; position <= 10; position += 1) {
      await clock.advance(100);
      sockets.last.tellEvent(position, 'delivery-d1');
    }
    const last = clock.now();
    expect(answers[0]).toBe(begun + 400);
    await clock.advance(1_000);
    // The newest answer was asked for after the newest event, and nothing more is asked for since.
    expect((answers.at(-1) ?? 0) - 400).toBeGreaterThanOrEqual(last);
    const before = asked();
    await clock.advance(10_000);
    expect([asked(), before]).toEqual([before, answers.length]);
    expect(before).toBeLessThanOrEqual(4);
    feed.end();
  });

  it('lets what every event changes rest between two readings, and misses none of them', async () => {
    const { feed, clock, sockets, show, accept } = open();
    await accept();
    const { asked } = show([''], 0, 2_000);
    await clock.advance(1_000);
    for (let position = 1; position <= 50; position += 1) {
      sockets.last.tellEvent(position, 'delivery-d1');
      await clock.advance(100);
    }
    // 5 s of events, after the first look: as they begin, after 2 s, after 4 s; and once more for the last ones.
    expect(asked()).toBe(4);
    await clock.advance(10_000);
    expect(asked()).toBe(5);
    feed.end();
  });

  it('reads everything again when the line is back, though no event was ever heard on it', async () => {
    const { feed, clock, sockets, show, accept } = open();
    const [incidents, still] = [show(['incident-']), show([])];
    await accept();
    await clock.advance(150);
    expect([incidents.asked(), still.asked()]).toEqual([2, 1]);
    sockets.last.close(1_006);
    await settle();
    await clock.advance(LATER_MS);
    await accept();
    await clock.advance(150);
    expect([incidents.asked(), still.asked()]).toEqual([3, 1]);
    feed.end();
  });

  it('goes on after where it was by what the fleet was last counted at, where nothing else happened', async () => {
    const { feed, clock, sockets, accept } = open();
    await accept();
    sockets.last.tellHealth(70);
    expect(feed.current()).toMatchObject({ health: { asOf: '2021-07-22T11:50:00.000Z' }, heardAt: clock.now() });
    sockets.last.close(1_006);
    await settle();
    await clock.advance(LATER_MS);
    await accept();
    expect(sockets.last.asked('events').payload?.variables).toEqual({ after: 70 });
    feed.end();
  });

  it('begins anew after a minute without a word: an hour of events is read once, not told one by one', async () => {
    const { feed, clock, sockets, show, accept } = open();
    await accept();
    sockets.last.tellHealth(7);
    await clock.advance(60_001);
    const { asked } = show(['incident-']);
    await clock.advance(0);
    sockets.last.close(1_006);
    await settle();
    await clock.advance(LATER_MS);
    await accept();
    await clock.advance(150);
    expect([sockets.last.asked('events').payload?.variables, asked()]).toEqual([{}, 2]);
    feed.end();
  });

  it('begins anew where its position is of another log, and reads everything again', async () => {
    const { feed, clock, sockets, show, accept } = open();
    await accept();
    sockets.last.tellEvent(900, 'incident-i1');
    await clock.advance(150);
    const { asked } = show(['incident-']);
    await clock.advance(0);
    const { id } = sockets.last.asked('events');
    sockets.last.tell({
      type: 'error',
      id,
      payload: [{ message: 'after the newest', extensions: { code: 'CURSOR_INVALID' } }],
    });
    await clock.advance(LATER_MS);
    await accept();
    await clock.advance(150);
    expect([sockets.last.asked('events').payload?.variables, asked()]).toEqual([{}, 2]);
    feed.end();
  });

  it('tells nobody of an event, since none is shown from here', async () => {
    const { feed, clock, sockets, accept } = open();
    await accept();
    let told = 0;
    feed.listen(() => (told += 1));
    for (let position = 1; position <= 1_000; position += 1) sockets.last.tellEvent(position, 'incident-i1');
    await clock.advance(150);
    expect(told).toBe(0);
    feed.end();
  });

  it('is quiet after its end: nothing is read, opened or told', async () => {
    const { feed, clock, sockets, show, accept, refused } = open();
    await accept();
    await clock.advance(150);
    const { asked } = show(['incident-']);
    await clock.advance(0);
    let told = 0;
    feed.listen(() => (told += 1));
    sockets.last.tellEvent(1, 'incident-i1');
    feed.end();
    await clock.advance(10 * LATER_MS);
    expect([sockets.all.length, asked(), told, refused()]).toEqual([1, 1, 0, 0]);
  });

  it('leaves a socket on which it is not let in within 10 s', async () => {
    const { feed, clock, sockets, accept } = open();
    await settle();
    sockets.last.open();
    await clock.advance(10_000);
    expect(feed.current().line).toMatchObject({ state: 'lost', because: 'the other side does not answer' });
    await clock.advance(LATER_MS);
    await accept();
    expect([sockets.all.length, feed.current().line.state]).toEqual([2, 'live']);
    feed.end();
  });

  it('leaves a line that leads nowhere: not a word within 10 s of asking whether anybody is there', async () => {
    const { feed, clock, sockets, accept } = open();
    await accept();
    await clock.advance(60_000);
    expect([sockets.all.length, sockets.last.sent.filter(({ type }) => type === 'ping').length]).toEqual([1, 6]);
    sockets.last.answers = false;
    await clock.advance(19_999);
    expect([sockets.all.length, feed.current().line.state]).toEqual([1, 'live']);
    await clock.advance(1);
    expect(feed.current().line).toMatchObject({ state: 'lost', because: 'the other side does not answer' });
    await clock.advance(LATER_MS);
    await accept();
    expect([sockets.all.length, feed.current().line.state]).toEqual([2, 'live']);
    feed.end();
  });
});
