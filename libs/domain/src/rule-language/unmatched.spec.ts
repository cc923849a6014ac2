import { describeUnmatched, unmatchedPatterns } from './unmatched.js';
import { rule, setOf } from './written-rule.fixture.js';

describe('a selector that fits nothing', () => {
  const catalogue = {
    nodes: [
      { nodeId: 'n1', pop: 'iad1', region: 'us-east' },
      { nodeId: 'n2', pop: 'fra1', region: 'eu-west' },
    ],
    customers: [
      { customerId: 'delta', name: 'Delta', tier: 'tier1' as const, critical: false },
      { customerId: 'shop', name: 'Shop', tier: 'tier2' as const, critical: false },
    ],
  };

  it('is found in rules and maintenance; releases come and go, so nothing is said about them', () => {
    const where = { region: ['us-*', 'asia-*'], release: 'v9*' };
    const text = `${rule({ for_each: ['node'], where })}maintenance: [{name: m, zone: UTC, days: [mon], starts: "02:00", duration: 1h, where: {rule: [a, b*], customer: ups}}]\n`;
    expect(unmatchedPatterns(setOf(text), catalogue)).toEqual([
      { of: { section: 'rules', name: 'a' }, label: 'region', pattern: 'asia-*' },
      { of: { section: 'maintenance', name: 'm' }, label: 'rule', pattern: 'b*' },
      { of: { section: 'maintenance', name: 'm' }, label: 'customer', pattern: 'ups' },
    ]);
  });

  const saidOf = (text: string) => unmatchedPatterns(setOf(text), catalogue).map(describeUnmatched);
  const node = (where: object) => saidOf(rule({ for_each: ['node'], where }));
  const quiet = (where: object) =>
    saidOf(
      `maintenance: [{name: m, zone: UTC, days: [mon], starts: "02:00", duration: 1h, where: ${JSON.stringify(where)}}]\n`,
    );

  it('labels are judged together: a PoP of another region fits nothing', () => {
    expect(node({ region: 'eu-*', pop: 'iad1' })).toEqual(['no pop like iad1 has region eu-*']);
    expect(node({ region: 'us-*', pop: 'iad1', node: 'n2' })).toEqual(['no node like n2 has region us-* and pop iad1']);
    expect(node({ region: ['eu-*', 'us-*'], pop: 'iad1' })).toEqual([]);
    expect(quiet({ tier: 'tier2', customer: 'delta' })).toEqual(['no customer like delta has tier tier2']);
  });

  it('a tier that no customer has', () => {
    expect(quiet({ tier: ['tier1', 'tier3'] })).toEqual(['no tier is like tier3']);
  });

  it('rules that are built in are rules: work may be on what they find', () => {
    for (const name of [
      'node_outage',
      'node_silent',
      'silent_share',
      'restart_loop',
      'telemetry_lost',
      'telemetry_fault',
    ])
      expect([name, quiet({ rule: name })]).toEqual([name, []]);
    expect(quiet({ rule: 'node_outrage' })).toEqual(['no rule is like node_outrage']);
  });
});
