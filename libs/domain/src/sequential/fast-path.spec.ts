import { ruleOf } from '#contracts';
import { EngineStory, ORIGIN_MS } from '#testing';
import type { Rule } from '../rule/rule.js';
import { fastPathFault } from './fast-path.js';

const GOOD = 'v2.1.4+c41';
/** When the fault begins, in seconds after the origin. */
const FAULT_S = 10;

const successBelow = (threshold: number, windowMs = 60_000): Rule =>
  ruleOf({
    name: `success_${threshold}`,
    signal: 'success_rate',
    comparison: 'below',
    threshold,
    windowMs,
    severity: 'critical',
    scopes: ['fleet'],
    fastPath: true,
  });

/** One node of a fleet that answers so much, of which from 10 s on so much fails, for so long. */
const play = (rule: Rule, fault: { qps: number; failing: number; forS: number }, seconds: number): EngineStory => {
  const story = new EngineStory({
    customers: [],
    rules: [rule],
    build: (fleet) => fleet.add({ nodeId: 'node-1', pop: 'iad', region: 'us-east', release: GOOD, qps: fault.qps }),
  });
  const [node] = story.fleet.nodes;
  story.play(FAULT_S);
  node!.failing = fault.failing;
  story.play(fault.forS);
  node!.failing = 0.0005;
  return story.play(seconds);
};

describe('the fast path of a rule', () => {
  it('is refused where the test would find less than the rule means, or something else', () => {
    expect(fastPathFault(successBelow(99))).toBeUndefined();
    expect(fastPathFault(successBelow(98.1))).toBeUndefined();
    expect(fastPathFault(successBelow(98))).toBe(
      'the rule allows 2 % failing, the sequential test alarms above 1.97 %',
    );
    expect(fastPathFault({ ...successBelow(1), signal: 'failure_rate', comparison: 'above' })).toBeUndefined();
    expect(fastPathFault({ ...successBelow(10), signal: 'failure_rate', comparison: 'above' })).toContain('10 %');
    for (const other of [
      { ...successBelow(99), signal: 'latency' as const },
      { ...successBelow(99), comparison: 'above' as const },
    ])
      expect(fastPathFault(other)).toBe('the sequential test finds low success_rate and high failure_rate only');
  });

  it('R17: breaches before the window does, and gives the numbers of both', () => {
    const story = play(successBelow(99), { qps: 1_000, failing: 0.1, forS: 3 }, 0);
    const [fired] = story.all('AlertFired');
    expect(story.firstS('AlertFired')).toBe(FAULT_S + 1.25);
    expect(fired!.reason.text).toMatch(
      /^success 99\.\d+ % >= 99 % over 1m; sequential test (2[6-9]|3\d) nats > 25 since 11:47:10\.000$/,
    );
    expect(fired!.at - ORIGIN_MS).toBe(11_250);
    expect(fired!.reason.value).toBeGreaterThan(99);
  });

  it('R17: leaves to the window what the test does not find, and both are told when both breach', () => {
    const slow = play(successBelow(99), { qps: 1_000, failing: 0.015, forS: 50 }, 0);
    expect(slow.all('AlertFired')[0]!.reason.text).toMatch(/^success 98\.99\d* % < 99 % over 1m$/);
    const hard = play({ ...successBelow(99), windowMs: 1_000 }, { qps: 1_000, failing: 0.77, forS: 3 }, 0);
    expect(hard.all('AlertFired')[0]!.reason.text).toMatch(/^success [\d.]+ % < 99 % over 1s$/);
  });

  it('R17: clears by the ordinary windows when the fast path alone had fired', () => {
    const story = play(successBelow(99), { qps: 1_000, failing: 0.1, forS: 2 }, 60);
    expect(story.all('AlertFired').filter(({ scope }) => scope === 'fleet')).toHaveLength(1);
    const [resolved] = story.all('AlertResolved');
    expect(resolved!.reason.text).toMatch(/^success 99\.\d+ % >= 99 % over 1m$/);
    expect(story.firstS('AlertResolved')).toBeLessThan(FAULT_S + 2 + 15);
  });

  it('R17: finds the outage of a cell whose window holds too little to say anything', () => {
    const story = play(successBelow(99, 10_000), { qps: 8, failing: 1, forS: 6 }, 0);
    const [fired] = story.all('AlertFired');
    expect(fired!.reason.text).toMatch(
      /^\d+ of \d+ outcomes failed; sequential test 2\d(\.\d+)? nats > 25 since 11:47:10/,
    );
    expect(fired!.reason).toMatchObject({ value: 0, good: 0 });
  });

  it('is taken by no rule that does not ask for it', () => {
    const story = play({ ...successBelow(99), fastPath: false }, { qps: 1_000, failing: 0.1, forS: 2 }, 0);
    expect(story.all('AlertFired')).toEqual([]);
  });

  it('R17: goes on after a restart as if there had been none', () => {
    const story = play(successBelow(99), { qps: 1_000, failing: 0.0005, forS: 1 }, 0);
    story.fleet.nodes[0]!.failing = 0.1;
    story.play(0.75);
    story.restart();
    story.play(1);
    expect(story.firstS('AlertFired')).toBe(FAULT_S + 1 + 1.25);
  });
});
