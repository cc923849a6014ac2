import { type Rule, ruleOf, type RuleScope, type Selector } from '#contracts';
import { type Answered, PLAY_NODES, RulePlay, type PlayNode } from './rule-play.fixture.js';
import { CUSTOMERS_MAX, customersOf } from './subjects.js';

const rule = (scopes: readonly RuleScope[], where: Selector = {}): Rule =>
  ruleOf({
    name: 'success',
    signal: 'success_rate',
    scopes: [...scopes],
    where,
    comparison: 'below',
    threshold: 99,
    windowMs: 10_000,
    severity: 'warning',
  });

const CANARY: PlayNode = { nodeId: 'europe-n3', pop: 'europe-p1', region: 'europe', release: 'v2+c1' };
const NODES = [...PLAY_NODES, CANARY];
const customers = [
  { customerId: 'bank', name: 'Bank', tier: 'tier1', critical: true },
  { customerId: 'blog', name: 'Blog', tier: 'tier3', critical: false },
] as const;

/** One node fails. */
const failing = (bad: string) => (): readonly Answered[] =>
  NODES.map((node) => ({
    node,
    good: node.nodeId === bad ? 80 : 100,
    bad: node.nodeId === bad ? 20 : 0,
    customer: 'bank',
  }));

const firedFor = (scopes: readonly RuleScope[], where?: Selector, bad = 'europe-n3'): readonly string[] =>
  new RulePlay({ rules: [rule(scopes, where)], nodes: NODES, customers })
    .play(12, failing(bad))
    .all('AlertFired')
    .filter(({ rule: name }) => name === 'success')
    .map(({ scope, key }) => `${scope} ${key}`);

describe('a rule is evaluated for each subject of its scopes', () => {
  it.each([
    ['fleet', ['fleet fleet']],
    ['region', ['region europe']],
    ['pop', ['pop europe-p1']],
    ['node', ['node europe-n3']],
    ['release', ['release v2+c1']],
    ['release_region', ['release_region v2+c1|europe']],
  ] as const)('%s', (scope, fired) => {
    expect(firedFor([scope])).toEqual(fired);
  });

  it('releases are decided before places, and the fleet last', () => {
    expect(firedFor(['fleet', 'node', 'release', 'region'])).toEqual([
      'release v2+c1',
      'region europe',
      'node europe-n3',
      'fleet fleet',
    ]);
  });

  it('only for those that fit', () => {
    expect(firedFor(['node'], { region: ['us-*'] })).toEqual([]);
    expect(firedFor(['node'], { pop: ['europe-*'], release: ['v2*'] })).toEqual(['node europe-n3']);
    expect(firedFor(['node', 'pop'], { release: ['v1*'] }, 'us-east-n1')).toEqual(['node us-east-n1']);
  });

  it('for customers only where it chooses them', () => {
    expect(firedFor(['customer'])).toEqual([]);
    expect(firedFor(['customer'], { tier: ['tier1'] })).toEqual(['customer bank']);
    expect(firedFor(['customer'], { customer: ['bl*'] })).toEqual([]);
  });

  it('and for at most a thousand of them, the best tiers first', () => {
    const many = Array.from({ length: 1_500 }, (_, index) => ({ ...customers[1], customerId: `c${10_000 + index}` }));
    const all = rule(['customer'], { tier: ['*'] });
    expect(customersOf(all, many)).toHaveLength(CUSTOMERS_MAX);
    expect(customersOf(all, many)).toBe(customersOf(all, many));
    expect(customersOf(all, [...many, customers[0], { ...customers[0], customerId: 'zoo' }])).toEqual(
      expect.arrayContaining(['bank', 'c10000', 'c10997', 'zoo']),
    );
    expect(customersOf(all, customers)).toEqual(['bank', 'blog']);
  });
});

describe('the end of an alert', () => {
  it('B4: of a node comes from its own telemetry, not from the others', () => {
    const played = new RulePlay({ rules: [rule(['node'])], nodes: NODES }).play(12, failing('europe-n3'));
    played.play(40, () => failing('')().filter(({ node }) => node !== CANARY));
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired', 'AlertBecameUnknown']);
    played.play(20, failing(''));
    expect(played.of('success').map(([, type]) => type)).toEqual(['AlertFired', 'AlertBecameUnknown', 'AlertResolved']);
  });

  it('of a release that left the fleet comes from its former nodes', () => {
    const played = new RulePlay({ rules: [rule(['release'])], nodes: NODES }).play(12, failing('europe-n3'));
    const returned = { ...CANARY, release: 'v1+c1' };
    played.play(40, () => failing('')().map((each) => (each.node === CANARY ? { ...each, node: returned } : each)));
    expect(played.of('success').map(([, type]) => type)).toContain('AlertResolved');
    expect(played.all('AlertResolved')[0]?.reason.text).toMatch(/^v2\+c1 left the fleet: 1 of 1 former nodes/);
  });

  it('of a release that was followed by another bad one comes from its former nodes too', () => {
    const played = new RulePlay({ rules: [rule(['release'])], nodes: NODES }).play(12, failing('europe-n3'));
    const runs = (release: string, bad: string) => (): readonly Answered[] =>
      failing(bad)().map((each) => (each.node === CANARY ? { ...each, node: { ...CANARY, release } } : each));
    played.play(12, runs('v3+c1', 'europe-n3')).play(40, runs('v4+c1', ''));
    expect(played.all('AlertResolved').map(({ reason }) => reason?.text.split(':')[0])).toEqual([
      'v2+c1 left the fleet',
      'v3+c1 left the fleet',
    ]);
  });
});
