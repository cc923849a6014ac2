import fc from 'fast-check';
import { ruleOf } from '#contracts';
import { type Answered, answering, PLAY_NODES, RulePlay } from './rule-play.fixture.js';

const WINDOW_S = 10;
const rules = [
  ruleOf({
    name: 'success',
    signal: 'success_rate',
    scopes: ['fleet'],
    comparison: 'below',
    threshold: 99,
    windowMs: WINDOW_S * 1_000,
    severity: 'warning',
  }),
];
const HEALTHY = answering(100, 0);
/** What one node answered in an earlier second. */
const lateFrom = (second: number, good: number, bad: number): Answered => ({ node: PLAY_NODES[0]!, good, bad, second });

describe('late data', () => {
  it('B3: what failed fires late, once, and the reason says so; it ends as what is over', () => {
    const played = new RulePlay({ rules }).play(60, HEALTHY);
    played.play(1, () => [...HEALTHY(), lateFrom(20, 0, 200)]).play(60, HEALTHY);
    const [[firedS] = []] = played.of('success');
    // The first window with second 20 in it that breaches is final 62 s after its last second.
    expect(firedS).toBe(20 + 62);
    expect(played.all('AlertFired').filter(({ rule }) => rule === 'success')).toMatchObject([
      {
        isLate: true,
        reason: { text: expect.stringMatching(/^success .* < 99 % over 10s, 60s ago, found with late data$/) },
      },
    ]);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired', 'AlertResolved']);
  });

  it('B3: an alert whose window does not breach with all data is overturned, over or not', () => {
    const played = new RulePlay({ rules }).play(30, HEALTHY);
    // Most of what was good comes half a minute later.
    played.play(3, () => [{ node: PLAY_NODES[0]!, good: 100, bad: 15 }, ...HEALTHY().slice(1)]);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired']);
    played.play(30, HEALTHY);
    played.play(1, () => [...HEALTHY(), ...[28, 29, 30, 31, 32].map((second) => lateFrom(second, 5_000, 0))]);
    played.play(60, HEALTHY);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired', 'AlertResolved', 'AlertCorrected']);
    expect(played.all('AlertCorrected')).toMatchObject([
      {
        verdict: 'overturned',
        reason: { text: expect.stringMatching(/^with late data: success .* >= 99 % over 10s$/) },
      },
    ]);
  });

  it.each([
    ['nothing comes any more', () => []],
    ['traffic comes back', (second: number) => (second < 80 ? [] : HEALTHY())],
  ])('B3: what is overturned is not upheld by windows that run empty: %s', (_, after) => {
    // 10 of 1,200 are no breach; without what node 2 tells 6 s late they are, and so they would be in a window of fewer seconds.
    const answer = (second: number): readonly Answered[] => {
      const late = second >= 6 && second < 66 ? [{ node: PLAY_NODES[2]!, good: 40, bad: 0, second: second - 6 }] : [];
      if (second >= 60) return [...late, ...after(second)];
      const bad = second === 59 ? 10 : 0;
      return [...late, { node: PLAY_NODES[0]!, good: 40 - bad, bad }, { node: PLAY_NODES[1]!, good: 40, bad: 0 }];
    };
    const played = new RulePlay({ rules }).play(190, answer);
    expect(played.all('AlertFired').filter(({ rule }) => rule === 'success')).toHaveLength(1);
    expect(played.all('AlertCorrected').map(({ verdict }) => verdict)).toEqual(['overturned']);
  });

  it('B3: what is overturned is upheld by a later breach of the same episode, though that one was in time', () => {
    // One node of four is silent, so that nothing is proved to be over and both faults are one episode.
    const nodes = PLAY_NODES.slice(0, 3);
    const badOf = (second: number): number => (second === 37 ? 10 : second === 46 ? 3 : 0);
    const isLate = (second: number): boolean => second >= 32 && second <= 36;
    const answer = (second: number): readonly Answered[] => [
      ...nodes.map((node, index) => {
        const bad = index === 0 ? badOf(second) : 0;
        return isLate(second) && index < 2 ? { node, good: 0, bad: 0 } : { node, good: 40 - bad, bad };
      }),
      ...(isLate(second - 6) ? nodes.slice(0, 2).map((node) => ({ node, good: 40, bad: 0, second: second - 6 })) : []),
    ];
    const played = new RulePlay({ rules }).play(130, answer);
    expect(played.all('AlertFired').filter(({ rule }) => rule === 'success')).toHaveLength(1);
    expect(played.all('AlertCorrected').map(({ verdict, reason: { bad } }) => [verdict, bad])).toEqual([
      ['overturned', 10],
      ['upheld', 13],
    ]);
  });

  it('B3: windows that ran empty before a firing do not keep it from being overturned', () => {
    const played = new RulePlay({ rules })
      .play(40, HEALTHY)
      .play(1, answering(100, 3))
      .play(29, () => []);
    expect(played.of('success')).toEqual([]);
    played.play(1, () => [{ node: PLAY_NODES[0]!, good: 100, bad: 12 }]).play(30, HEALTHY);
    played.play(1, () => [...HEALTHY(), lateFrom(70, 5_000, 0)]).play(60, HEALTHY);
    expect(played.all('AlertFired').filter(({ rule }) => rule === 'success')).toHaveLength(1);
    expect(played.all('AlertCorrected').map(({ verdict }) => verdict)).toEqual(['overturned']);
  });

  it('B3: data in time corrects nothing, however short the fault', () => {
    const played = new RulePlay({ rules }).play(20, HEALTHY);
    played.play(1, answering(100, 60)).play(100, HEALTHY);
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired', 'AlertResolved']);
  });

  it('B3: failures fire on the tick that tells them, whoever is late', () => {
    const played = new RulePlay({ rules }).play(20, HEALTHY);
    played.play(5, () => [{ node: PLAY_NODES[0]!, good: 0, bad: 100 }]);
    expect(played.of('success')).toEqual([[20.25, 'AlertFired']]);
  });

  it('B2: a kill at any moment changes nothing of it', () => {
    const tell = (killS?: number): string => {
      const played = new RulePlay({ rules }).play(60, HEALTHY);
      played.beforeTick = (afterTicks) => afterTicks === (killS ?? -1) * 4 && played.kill();
      played.play(1, () => [...HEALTHY(), lateFrom(20, 0, 200)]).play(60, HEALTHY);
      return JSON.stringify(played.told);
    };
    for (const killS of [65, 81.75, 82, 82.25, 90]) expect(tell(killS)).toBe(tell());
  });
});

const PLAYED_S = 60;

/** Whether a window of all data breaches: the exact oracle, over seconds. */
const breaches = (badOf: readonly number[], all: number): boolean =>
  badOf.some((_, end) => {
    const from = Math.max(0, end - WINDOW_S + 1);
    const bad = badOf.slice(from, end + 1).reduce((sum, each) => sum + each, 0);
    const count = all * (end - from + 1);
    return count >= 100 && bad >= 10 && (100 * (count - bad)) / count < 99;
  });

describe('outcomes in any order', () => {
  it('B3: shuffled by up to 60 s they give the verdict of all data', () => {
    const bad = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(12) });
    const delays = fc.array(fc.nat(60), { minLength: PLAYED_S * 3, maxLength: PLAYED_S * 3 });
    const seconds = fc.array(bad, { minLength: PLAYED_S, maxLength: PLAYED_S });
    const property = fc.property(seconds, delays, (badOf, delayOf) => {
      const told = (delayed: (index: number) => number): boolean => {
        const bySecond = new Map<number, Answered[]>();
        for (let index = 0; index < PLAYED_S * 3; index += 1) {
          const second = Math.floor(index / 3);
          const node = PLAY_NODES[index % 3]!;
          const failed = index % 3 === 0 ? badOf[second]! : 0;
          const at = second + delayed(index);
          bySecond.set(at, [...(bySecond.get(at) ?? []), { node, good: 40 - failed, bad: failed, second }]);
        }
        const played = new RulePlay({ rules }).play(PLAYED_S + 130, (second) => bySecond.get(second) ?? []);
        const verdicts = new Map(played.all('AlertCorrected').map(({ alertId, verdict }) => [alertId, verdict]));
        return played
          .all('AlertFired')
          .some(({ alertId, rule }) => rule === 'success' && verdicts.get(alertId) !== 'overturned');
      };
      const expected = breaches(badOf, 120);
      expect(told(() => 0)).toBe(expected);
      expect(told((index) => delayOf[index]!)).toBe(expected);
    });
    fc.assert(property, { numRuns: 6 });
  });
});
