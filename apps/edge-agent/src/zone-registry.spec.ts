import { type ZoneEntry, ZONES_HELD_MAX } from '#contracts';
import { FakeClock, until } from '#testing';
import type { GatewayAnswer } from './gateway-client.js';
import { ZoneRegistry } from './zone-registry.js';

const answerOf = (status: number, body = ''): GatewayAnswer => ({ status, body, retryAfterMs: undefined });
const page = (newest: number, ...entries: ZoneEntry[]): GatewayAnswer => {
  const [ids, zones] = [entries.map(({ id }) => id), entries.map(({ zone }) => zone)];
  return answerOf(200, JSON.stringify({ ids, zones, newest }));
};
const entry = (id: number): ZoneEntry => ({ id, zone: `z${id}.example` });
const REFUSED = new Error('connection refused');

/** A registry behind a gateway that gives these answers one after the other. */
const follow = (...answers: (GatewayAnswer | Error)[]) => {
  const asked: string[] = [];
  const said: string[] = [];
  const clock = new FakeClock();
  const stopping = new AbortController();
  const get = async (path: string): Promise<GatewayAnswer> => {
    asked.push(path.replace('/v1/registry/zones?after=', ''));
    const next = answers.shift();
    if (next === undefined) throw new Error('the test has no more answers');
    if (next instanceof Error) throw next;
    return next;
  };
  const registry = new ZoneRegistry({ get }, clock, (line) => said.push(line));
  const following = registry.follow(stopping.signal);
  const isAsleep = () => until('it waits', () => clock.sleeping === 1);
  /** Lets a time pass in which it looks. */
  const pass = async (ms: number): Promise<void> => {
    await isAsleep();
    await clock.advance(ms);
    await isAsleep();
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    await following;
  };
  return { registry, asked, said, clock, isAsleep, pass, stop };
};

describe('the registry of zones of an agent', () => {
  it('is read page by page, and then for what is new every 30 s', async () => {
    const { registry, asked, isAsleep, pass, stop } = follow(
      page(3, entry(1), entry(2)),
      page(3, entry(3)),
      page(4, entry(4)),
    );
    await isAsleep();
    expect(asked).toEqual(['0', '2']);
    expect([1, 2, 3, 4].map((id) => registry.idOf(`z${id}.example`))).toEqual([1, 2, 3, undefined]);
    await pass(29_999);
    expect(asked).toHaveLength(2);
    await pass(1);
    expect(asked).toEqual(['0', '2', '3']);
    expect(registry.idOf('z4.example')).toBe(4);
    await stop();
  });

  it('is kept while the gateway is in trouble, which is asked less and less often', async () => {
    const trouble = [REFUSED, answerOf(503), answerOf(200, 'no page'), REFUSED, REFUSED];
    const { registry, asked, pass, stop } = follow(page(1, entry(1)), ...trouble, page(1));
    for (const [ms, requests] of [
      [30_000, 2],
      [30_000, 3],
      [60_000, 4],
      [120_000, 5],
      [240_000, 6],
      [299_999, 6],
      [1, 7],
    ] as const) {
      await pass(ms);
      expect(asked).toHaveLength(requests);
    }
    expect(registry.idOf('z1.example')).toBe(1);
    await stop();
  });

  it('is forgotten when the gateway has none: it, or what counts behind it, is an old one', async () => {
    const { registry, asked, pass, stop } = follow(page(1, entry(1)), answerOf(404), page(1, entry(1)));
    await pass(30_000);
    expect(registry.idOf('z1.example')).toBeUndefined();
    await pass(30_000);
    expect(registry.idOf('z1.example')).toBe(1);
    expect(asked).toEqual(['0', '1', '0']);
    await stop();
  });

  it('is read from the start when it is another one', async () => {
    const other = page(1, { id: 1, zone: 'other.example' });
    const { registry, asked, said, pass, stop } = follow(page(2, entry(1), entry(2)), page(1), other);
    await pass(30_000);
    expect(asked).toEqual(['0', '2', '0']);
    expect(registry.idOf('z1.example')).toBeUndefined();
    expect(registry.idOf('other.example')).toBe(1);
    expect(said).toEqual(['the gateway has another registry of zones: it is read from its start']);
    await stop();
  });

  it('holds 50,000 zones, and asks for no further page then', async () => {
    const all = Array.from({ length: ZONES_HELD_MAX + 1 }, (_, index) => entry(index + 1));
    const { registry, asked, isAsleep, stop } = follow(page(ZONES_HELD_MAX + 9, ...all));
    await isAsleep();
    expect(asked).toHaveLength(1);
    expect(registry.idOf(`z${ZONES_HELD_MAX}.example`)).toBe(ZONES_HELD_MAX);
    expect(registry.idOf(`z${ZONES_HELD_MAX + 1}.example`)).toBeUndefined();
    await stop();
  });
});
