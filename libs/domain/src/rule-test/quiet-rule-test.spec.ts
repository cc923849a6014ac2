import { createHash } from 'node:crypto';
import { ruleOf, type RuleSet } from '#contracts';
import { DEFAULT_RULE_SET } from '#testing';
import { judgeRuleTest } from './judge-rule-test.js';
import { playRuleTest } from './play-rule-test.js';
import type { Expectation, RuleTest } from './rule-test.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const rule = ruleOf({
  name: 'europe',
  signal: 'success_rate',
  scopes: ['region'],
  comparison: 'below',
  threshold: 99,
  windowMs: 10_000,
  severity: 'critical',
  actions: [
    { do: 'page', policy: 'default' },
    { do: 'escalate', to: 'vp' },
  ],
});
const ruleSet: RuleSet = { ...DEFAULT_RULE_SET, rules: [rule] };
const play = (changes: Partial<RuleTest>) => {
  const test: RuleTest = {
    name: 'a test',
    startsAtMs: Date.UTC(2021, 6, 22, 11, 47),
    runsMs: 40_000,
    fleet: {
      regions: ['us-east', 'europe'].map((region) => ({ region, pops: 1, nodes: 3 })),
      release: { softwareVersion: 'v1', configRev: 'c1' },
      queriesPerSecond: 200,
    },
    customers: [{ customerId: 'c', name: 'c', tier: 'tier3', critical: false, zone: 'c.example' }],
    changes: [{ atMs: 10_000, where: { region: 'europe' }, failing: 0.5 }],
    silences: [],
    onCall: [],
    obeysAfterMs: undefined,
    expectations: [],
    ...changes,
  };
  const verdict = judgeRuleTest(
    test,
    playRuleTest(test, { ruleSet, sha256, hash: (text) => sha256(text).slice(0, 16) }),
  );
  return { ...verdict, found: verdict.verdicts.flatMap(({ found }) => found) };
};
const whole = { fromMs: 0, toMs: 40_000 };
const none = { min: 0, max: 0 };
const once = { min: 1, max: 1 };
const firing: Expectation = { kind: 'alert', rule: 'europe', state: 'firing', on: 'europe', at: whole };
const page = { kind: 'page', what: 'default' } as const;

describe('a test with silences and a schedule', () => {
  it('B12: a silence holds the page and the call back, not the alert; when it is over, the page leaves', () => {
    const silence = { atMs: 2_000, forMs: 20_000, where: { region: ['eu*'] } };
    const quiet = { fromMs: 0, toMs: 24_900 };
    const silenced = play({
      silences: [silence],
      expectations: [
        firing,
        { kind: 'page', between: quiet, count: none },
        { ...page, between: { fromMs: 25_000, toMs: 26_000 }, count: once },
      ],
    });
    expect(silenced.found).toEqual([]);
    expect(silenced.isPassed).toBe(true);
  });

  it('B12: a silence of another region holds nothing back', () => {
    const silence = { atMs: 2_000, forMs: 20_000, where: { region: ['us-east'] } };
    const told = play({
      silences: [silence],
      expectations: [
        { ...page, between: { fromMs: 10_000, toMs: 12_000 }, count: once },
        { kind: 'page', what: 'vp', to: 'vp', between: { fromMs: 10_000, toMs: 12_000 }, count: once },
      ],
    });
    expect(told.found).toEqual([]);
  });

  it('B12: a page reaches who is on call; in a gap of the schedule it reaches nobody, and the test says so', () => {
    const onCall = [
      { who: 'alice', between: { fromMs: 0, toMs: 5_000 } },
      { who: 'bob', between: { fromMs: 5_000, toMs: 60_000 } },
    ];
    const toBob: Expectation = { ...page, to: 'bob', between: whole, count: once };
    expect(play({ onCall, expectations: [toBob, { ...toBob, to: 'alice', count: none }] }).found).toEqual([]);
    const gap = play({ onCall: onCall.slice(0, 1), expectations: [toBob] });
    expect(gap.isPassed).toBe(false);
    expect(gap.found.join('\n')).toMatch(/page default to nobody: a gap: /);
  });

  it('B12: a page that was held back is named where one was expected', () => {
    const silence = { atMs: 0, forMs: 60_000, where: { rule: ['europe'] } };
    const told = play({ silences: [silence], expectations: [{ ...page, between: whole, count: once }] });
    expect(told.found.join('\n')).toMatch(/there were 0\n.* held back by .*the test/);
  });

  it('B12: a silence that nobody could set, or after the end, is a fault of the test', () => {
    const where = { region: ['eu*'] };
    const { faults, isPassed } = play({
      silences: [
        { atMs: 0, forMs: 8 * 86_400_000, where },
        { atMs: 50_000, forMs: 1_000, where },
      ],
      expectations: [firing],
    });
    expect(isPassed).toBe(false);
    expect(faults).toEqual([
      'the silence at 0s was refused: a silence lasts 7 days at most',
      'the silence at 50s was refused: the test is over by then',
    ]);
  });
});
