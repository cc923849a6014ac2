import { ruleOf, type RuleScope } from '#contracts';
import { type Answered, PLAY_FROM_S, PLAY_NODES, type PlayNode, RulePlay } from '../rule/rule-play.fixture.js';

const CANARY: PlayNode = { nodeId: 'europe-n3', pop: 'europe-p1', region: 'europe', release: 'v2+c1' };
const NODES = [...PLAY_NODES, CANARY];
const customers = [{ customerId: 'bank', name: 'bank', tier: 'tier1', critical: false }] as const;

const opened = (scope: RuleScope) => {
  const rule = ruleOf({
    name: 'success',
    signal: 'success_rate',
    scopes: [scope],
    where: scope === 'customer' ? { customer: ['bank'] } : {},
    comparison: 'below',
    threshold: 80,
    windowMs: 10_000,
    severity: 'critical',
  });
  const played = new RulePlay({ rules: [rule], nodes: NODES, customers }).play(30, (second) =>
    NODES.map((node): Answered => ({
      node,
      customer: 'bank',
      good: second < 12 ? 100 : 30,
      bad: second < 12 ? 0 : 70,
    })),
  );
  return played.all('IncidentOpened')[0];
};

describe('the onset of an incident', () => {
  it.each(['fleet', 'region', 'pop', 'node', 'release', 'release_region', 'customer'] as const)(
    'R44: of a %s is its first bad second',
    (scope) => {
      expect(opened(scope)).toMatchObject({ scope, onsetAt: (PLAY_FROM_S + 12) * 1_000 });
    },
  );
});
