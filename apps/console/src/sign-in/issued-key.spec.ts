import { FakeClock, settle } from '../time/clock.fake.js';
import type { Refused, Tokens } from './flow.js';
import { IssuedKey } from './issued-key.js';
import { fakeSiblings } from './siblings.fake.js';

const S = 1_000;
const LIFE_MS = 300 * S;

type Renewal = Tokens | Refused | Error;

const open = (changes: Partial<Tokens> = {}, siblings = fakeSiblings()()) => {
  const clock = new FakeClock();
  const made = (name: string): Tokens => ({
    access: name,
    refresh: `r-${name}`,
    id: null,
    subject: 'u-1',
    madeAt: clock.now(),
    until: clock.now() + LIFE_MS,
  });
  let asked = 0;
  let told = 0;
  let answer = (): Renewal => made(`token-${asked + 1}`);
  const [kept, over] = [[] as Tokens[], [] as string[]];
  const key = new IssuedKey({
    issuer: 'https://login.test',
    tokens: { ...made('token-1'), ...changes },
    clock,
    keep: (tokens) => kept.push(tokens),
    over: (because) => over.push(because),
    siblings,
    renew: async () => {
      asked += 1;
      const given = answer();
      if (given instanceof Error) throw given;
      return given;
    },
  });
  key.onAnother(() => (told += 1));
  return {
    key,
    clock,
    kept,
    over,
    made,
    asked: () => asked,
    told: () => told,
    answerWith: (by: () => Renewal) => (answer = by),
  };
};

describe('the key that an issuer gave', () => {
  it('is made anew when three quarters of its life are over, kept, and told of', async () => {
    const { key, clock, kept, asked, told } = open();
    await clock.advance(225 * S - 1);
    expect([await key.bearer(), asked(), told()]).toEqual(['token-1', 0, 0]);
    await clock.advance(1);
    expect([await key.bearer(), asked(), told()]).toEqual(['token-2', 1, 1]);
    expect(kept.map(({ access, refresh }) => [access, refresh])).toEqual([['token-2', 'r-token-2']]);
    await clock.advance(225 * S);
    expect([await key.bearer(), asked()]).toEqual(['token-3', 2]);
    key.end();
  });

  it('outlives an issuer that is away for a while, and asks it again every 10 s', async () => {
    const { key, clock, over, asked, answerWith, made } = open();
    answerWith(() => new Error('away'));
    await clock.advance(299 * S);
    expect([await key.bearer(), asked()]).toEqual(['token-1', 8]);
    await clock.advance(11 * S);
    await expect(key.bearer()).rejects.toThrow('away');
    expect(over).toEqual([]);
    answerWith(() => made('token-2'));
    await clock.advance(10 * S);
    expect(await key.bearer()).toBe('token-2');
    key.end();
  });

  it('is good until its end when the issuer refuses, and then over, once', async () => {
    const { key, clock, over, answerWith, asked } = open();
    answerWith(() => ({ refused: 'https://login.test gave no token: invalid_grant' }));
    await clock.advance(299 * S);
    expect([await key.bearer(), asked(), over]).toEqual(['token-1', 1, []]);
    await clock.advance(1 * S);
    await expect(key.bearer()).rejects.toMatchObject({ problem: { status: 401, code: 'TOKEN_EXPIRED' } });
    await clock.advance(LIFE_MS);
    expect(over).toEqual(['Your session is over. Sign in again: you come back to this page.']);
    expect(asked()).toBe(1);
  });

  it('without a refresh token is over at its end, and nobody is asked', async () => {
    const { key, clock, over, asked } = open({ refresh: null });
    await clock.advance(LIFE_MS - 1);
    expect([await key.bearer(), over]).toEqual(['token-1', []]);
    await clock.advance(1);
    expect([over.length, asked()]).toEqual([1, 0]);
  });

  it('of a tab that slept is made anew before it is shown, once for all who ask', async () => {
    const { key, clock, asked } = open({ madeAt: 0, until: 0 });
    const [one, two] = await Promise.all([key.bearer(), key.bearer()]);
    expect([one, two, asked()]).toEqual(['token-2', 'token-2', 1]);
    await clock.advance(0);
    expect(asked()).toBe(1);
    key.end();
  });

  it('that the API refuses is made anew, but not one that was just made', async () => {
    const { key, clock, asked } = open();
    expect([await key.another(), asked()]).toEqual(['none', 0]);
    await clock.advance(10 * S);
    expect([await key.another(), asked()]).toEqual(['another', 1]);
    expect([await key.another(), asked()]).toEqual(['none', 1]);
    key.end();
  });

  it('asks and tells nothing after its end, also if an answer comes then', async () => {
    const { key, clock, kept, over, told } = open();
    await clock.advance(10 * S);
    const late = key.another();
    key.end();
    expect(await late).toBe('none');
    await clock.advance(2 * LIFE_MS);
    await settle();
    expect([kept, over, told()]).toEqual([[], [], 0]);
  });

  describe('and a duplicated tab has too', () => {
    /** Tabs that were given one token, at an issuer that takes each refresh token once. */
    const duplicated = (tabs: number) => {
      const clock = new FakeClock();
      const siblings = fakeSiblings();
      const [used, over, kept] = [[] as string[], [] as string[], [] as Tokens[][]];
      const of = (name: string): Tokens => ({
        access: name,
        refresh: `r-${name}`,
        id: null,
        subject: 'u-1',
        madeAt: clock.now(),
        until: clock.now() + LIFE_MS,
      });
      const first = of('token-1');
      const keys = Array.from({ length: tabs }, (_, tab) => {
        kept[tab] = [];
        return new IssuedKey({
          issuer: 'https://login.test',
          tokens: first,
          clock,
          siblings: siblings(),
          keep: (tokens) => kept[tab]?.push(tokens),
          over: (because) => over.push(because),
          renew: async ({ refresh }) => {
            await settle();
            if (used.includes(refresh ?? '')) return { refused: 'invalid_grant: it was used before' };
            used.push(refresh ?? '');
            return of(`token-${used.length + 1}`);
          },
        });
      });
      return { clock, keys, used, over, kept };
    };

    it('is made anew by one of them, for all, and no session ends', async () => {
      const { clock, keys, used, over, kept } = duplicated(3);
      await clock.advance(225 * S);
      await settle();
      expect(await Promise.all(keys.map((key) => key.bearer()))).toEqual(['token-2', 'token-2', 'token-2']);
      await clock.advance(225 * S);
      await settle();
      expect(await Promise.all(keys.map((key) => key.bearer()))).toEqual(['token-3', 'token-3', 'token-3']);
      expect([used, over]).toEqual([['r-token-1', 'r-token-2'], []]);
      expect(kept.map((each) => each.map(({ access }) => access))).toEqual(keys.map(() => ['token-2', 'token-3']));
      for (const key of keys) key.end();
    });

    it('is taken where it came of the token that this tab has, and of no other', async () => {
      const siblings = fakeSiblings();
      const { key, made, kept } = open({}, siblings());
      const other = siblings();
      other.tell({ used: 'r-of-another-session', tokens: made('token-8') });
      expect([await key.bearer(), kept]).toEqual(['token-1', []]);
      other.tell({ used: 'r-token-1', tokens: made('token-9') });
      expect([await key.bearer(), kept.length]).toEqual(['token-9', 1]);
      key.end();
    });
  });
});
