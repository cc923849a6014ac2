import { type Principal, refuse } from '#contracts';
import { DatabaseUnavailable } from '#store';
import { FakeClock, openTestDatabase, type TestDatabase, until } from '#testing';
import { ToldOnce } from './told-once.js';

const KEY_DAY_MS = 86_400_000;
const CLAIM_MS = 60_000;

describe('what is told once', () => {
  const clock = new FakeClock();
  let test: TestDatabase;
  let toldOnce: ToldOnce;
  let told: string[];
  beforeAll(async () => {
    test = await openTestDatabase();
    toldOnce = new ToldOnce({ database: test.database, clock });
  });
  beforeEach(() => {
    told = [];
  });
  afterAll(() => test.close());

  const callerWith = (key: string, hash = 'h'): Principal =>
    ({ subject: 'key:k', terms: { once: { subject: 'key:k', key, hash } } }) as unknown as Principal;
  const take = (key: string, hash = 'h') =>
    toldOnce.take(callerWith(key, hash), {
      take: async (at) => {
        told.push(key);
        return `taken at ${at}`;
      },
      again: (at) => `taken at ${at}`,
    });
  /** One whose process is killed after the log took it: neither held nor freed. */
  const kill = (key: string): void =>
    void toldOnce.take(callerWith(key), {
      take: () => {
        told.push(key);
        return new Promise<string>(() => undefined);
      },
      again: () => '',
    });

  it('is taken once within a day, and once more the day after', async () => {
    const began = clock.nowMs();
    const first = `taken at ${began}`;
    expect(await take('a')).toBe(first);
    await clock.advance(KEY_DAY_MS - 1);
    expect(await take('a')).toBe(first);
    expect(told).toEqual(['a']);
    await clock.advance(1);
    const second = `taken at ${began + KEY_DAY_MS}`;
    expect([await take('a'), await take('a')]).toEqual([second, second]);
    expect(told).toEqual(['a', 'a']);
  });

  it('is refused under the key of another request', async () => {
    await take('b');
    expect(await take('b', 'other')).toMatchObject({ refused: 'IDEMPOTENCY_KEY_REUSED' });
    expect(told).toEqual(['b']);
  });

  it('keeps no key of what was refused, and of what failed', async () => {
    const refusal = refuse('LOG_UNAVAILABLE', 'full');
    const taking = (answer: () => Promise<typeof refusal>) =>
      toldOnce.take(callerWith('c'), { take: answer, again: () => refusal });
    expect(await taking(async () => refusal)).toBe(refusal);
    await expect(taking(() => Promise.reject(new Error('the log is away')))).rejects.toThrow('the log is away');
    expect(await take('c')).toContain('taken');
    expect(told).toEqual(['c']);
  });

  it('is told again after a kill, once nobody can still be telling it', async () => {
    kill('d');
    await until('it was told', async () => told.length === 1);
    expect(await take('d')).toMatchObject({ refused: 'CONFLICT' });
    await clock.advance(CLAIM_MS);
    expect(await take('d')).toBe(await take('d'));
    expect(told).toEqual(['d', 'd']);
  });

  it('is answered as it was taken or failed, also where its key can be neither held nor freed', async () => {
    const { query } = test.database;
    const failing = async (text: string, values?: readonly unknown[]) => {
      if (/^(?:update|delete from) idempotent_request (?:set|where subject)/.test(text)) throw new Error('too slow');
      return query(text, values);
    };
    const without = new ToldOnce({ database: { ...test.database, query: failing as typeof query }, clock });
    const takeBy = (key: string, take: () => Promise<string>) =>
      without.take(callerWith(key), { take, again: () => 'again' });
    expect(await takeBy('f', async () => 'taken')).toBe('taken');
    await expect(takeBy('g', () => Promise.reject(new Error('the log is away')))).rejects.toThrow('the log is away');
    expect(await takeBy('f', async () => 'taken')).toMatchObject({ refused: 'CONFLICT' });
  });

  it('is taken while the database is away, and may then be taken twice rather than lost', async () => {
    const away = () => Promise.reject(new DatabaseUnavailable('away', { cause: new Error('ECONNREFUSED') }));
    const without = new ToldOnce({ database: { ...test.database, query: away }, clock });
    const takeAway = () => without.take(callerWith('e'), { take: async () => 'taken', again: () => 'again' });
    expect([await takeAway(), await takeAway()]).toEqual(['taken', 'taken']);
  });
});
