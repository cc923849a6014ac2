import { unmatchedPatterns } from './unmatched.js';
import { rule, setOf } from './written-rule.fixture.js';

describe('a selector that fits nothing', () => {
  const catalogue = {
    nodes: [{ nodeId: 'n1', pop: 'iad1', region: 'us-east' }],
    customers: [{ customerId: 'delta', name: 'Delta', tier: 'tier1' as const, critical: false }],
  };

  it('is found in rules and maintenance; releases come and go, so nothing is said about them', () => {
    const where = { region: ['us-*', 'eu-*'], release: 'v9*' };
    const text = `${rule({ for_each: ['node'], where })}maintenance: [{name: m, zone: UTC, days: [mon], starts: "02:00", duration: 1h, where: {rule: [a, b*], customer: ups}}]\n`;
    expect(unmatchedPatterns(setOf(text), catalogue)).toEqual([
      { of: { section: 'rules', name: 'a' }, label: 'region', pattern: 'eu-*' },
      { of: { section: 'maintenance', name: 'm' }, label: 'rule', pattern: 'b*' },
      { of: { section: 'maintenance', name: 'm' }, label: 'customer', pattern: 'ups' },
    ]);
  });
});
