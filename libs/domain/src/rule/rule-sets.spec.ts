import { event, type Event, type Rule, ruleOf, ruleSetSchema, streamOf } from '#contracts';
import { evolveRuleSets, RULE_SETS_MAX, rulesInForce } from './rule-sets.js';
import { answering, RulePlay } from './rule-play.fixture.js';

const rule = (changes: Partial<Parameters<typeof ruleOf>[0]> = {}): Rule =>
  ruleOf({
    name: 'success',
    signal: 'success_rate',
    scopes: ['fleet'],
    comparison: 'below',
    threshold: 99,
    windowMs: 10_000,
    severity: 'warning',
    ...changes,
  });
const loaded = (rules: readonly Rule[], fromTick: number, version = 1) =>
  event('RulesLoaded', {
    version,
    sha256: 'a'.repeat(64),
    source: 'rules.yml',
    fromTick,
    at: 0,
    ruleSet: ruleSetSchema.parse({ rules }),
  });
const load = (played: RulePlay, rules: readonly Rule[], afterTicks = 2): void =>
  played.record(streamOf.rules, loaded(rules, played.nextTick + afterTicks));

const FAILING = answering(100, 20);
const HEALTHY = answering(100, 0);
const typesOf = (played: RulePlay, name: string): readonly Event['type'][] => played.of(name).map(([, type]) => type);

describe('rules that are loaded', () => {
  it('judge from their first tick on, and not before', () => {
    const played = new RulePlay({ rules: [] }).play(5, FAILING);
    load(played, [rule()], 6);
    played.play(5, FAILING);
    // The sixth tick after second 5 ends 7 ticks after it.
    expect(played.of('success')).toEqual([[5 + 7 / 4, 'AlertFired']]);
  });

  it('a rule that is no more ends its alert, and says so; alerts on presence are not theirs', () => {
    const played = new RulePlay({ rules: [rule(), rule({ name: 'held', forMs: 60_000 })] });
    const withoutOne = () => FAILING().slice(1);
    played.play(20, HEALTHY).play(5, FAILING).play(30, withoutOne);
    const open = played.all('AlertFired').filter(({ reason }) => reason.signal === 'presence');
    expect(open.length).toBeGreaterThan(0);
    load(played, [rule({ name: 'other' })]);
    played.play(2, withoutOne);
    expect(typesOf(played, 'success')).toEqual(['AlertFired', 'AlertWithdrawn']);
    expect(typesOf(played, 'held')).toEqual(['AlertPending', 'AlertPendingEnded']);
    expect(played.all('AlertWithdrawn')).toMatchObject([{ because: 'there is no rule success any more' }]);
    expect(typesOf(played, 'other')).toEqual(['AlertFired']);
  });

  it('timers of rules that stay go on; a condition that was changed begins anew', () => {
    const [stays, changes] = [rule({ name: 'stays', forMs: 20_000 }), rule({ name: 'changes', forMs: 20_000 })];
    const played = new RulePlay({ rules: [] });
    load(played, [stays, changes], 0);
    played.play(10, HEALTHY).play(10, FAILING);
    load(played, [{ ...changes, threshold: 98 }, stays]);
    played.play(25, FAILING);
    expect(typesOf(played, 'stays')).toEqual(['AlertPending', 'AlertFired']);
    expect(played.of('stays')[1]![0] - played.of('stays')[0]![0]).toBe(20);
    expect(typesOf(played, 'changes')).toEqual(['AlertPending', 'AlertPendingEnded', 'AlertPending', 'AlertFired']);
  });

  it('B2: a kill before, on or after the first tick of a set changes nothing', () => {
    const tell = (killTick?: number): string => {
      const played = new RulePlay({ rules: [rule({ forMs: 5_000 })] });
      played.beforeTick = (afterTicks) => afterTicks === killTick && played.kill();
      played.play(15, HEALTHY).play(2, FAILING);
      load(played, [rule({ name: 'success', threshold: 98, forMs: 3_000 }), rule({ name: 'plain', windowMs: 33_000 })]);
      played.play(10, FAILING).play(40, HEALTHY);
      return JSON.stringify(played.told);
    };
    for (const killTick of [60, 69, 70, 71, 75, 90, 150]) expect(tell(killTick)).toBe(tell());
  });
});

describe('sets that are remembered', () => {
  it('the last one whose first tick has come is in force; the rules of the start are until then', () => {
    const sets = [10, 20].reduce(
      (known, fromTick, index) => evolveRuleSets(known, loaded([rule({ threshold: fromTick })], fromTick, index + 1)),
      [] as ReturnType<typeof evolveRuleSets>,
    );
    const thresholdAt = (tick: number) => rulesInForce(sets, tick, [rule()]).ruleSet.rules[0]?.threshold;
    expect([9, 10, 19, 20].map(thresholdAt)).toEqual([99, 10, 10, 20]);
  });

  it('are the newest few', () => {
    let sets: ReturnType<typeof evolveRuleSets> = [];
    for (let version = 1; version <= 10; version += 1) sets = evolveRuleSets(sets, loaded([], version, version));
    expect(sets.map(({ version }) => version)).toEqual([7, 8, 9, 10]);
    expect(sets).toHaveLength(RULE_SETS_MAX);
  });
});
