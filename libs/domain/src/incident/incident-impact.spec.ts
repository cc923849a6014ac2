import { type Rule, ruleOf, type RuleScope, type Selector } from '#contracts';
import { type Answered, PLAY_NODES, type PlayNode, RulePlay } from '../rule/rule-play.fixture.js';

const rule = (scope: RuleScope, where: Selector = {}): Rule =>
  ruleOf({
    name: `${scope}_success`,
    signal: 'success_rate',
    scopes: [scope],
    where,
    comparison: 'below',
    threshold: 90,
    windowMs: 10_000,
    severity: 'critical',
    actions: [{ do: 'escalate', to: 'vp' }],
  });

const CANARY: PlayNode = { nodeId: 'europe-n3', pop: 'europe-p1', region: 'europe', release: 'v2+c1' };
const NODES = [...PLAY_NODES, CANARY];
const customers = ['bank', 'shop', 'blog'].map((customerId) => ({
  customerId,
  name: customerId,
  tier: 'tier1' as const,
  critical: false,
  sector: 'finance',
}));

/** `bank` asks everywhere, `shop` in us-east, `blog` in europe; nodes that fail answer all but one in ten badly. */
const play = (rules: readonly Rule[], fails: (node: PlayNode, second: number) => boolean): RulePlay => {
  const asks = (customer: string, { region }: PlayNode): boolean =>
    customer === 'bank' || (customer === 'shop') === (region === 'us-east');
  return new RulePlay({ rules, nodes: NODES, customers }).play(30, (second) =>
    NODES.flatMap((node) =>
      customers
        .filter(({ customerId }) => asks(customerId, node))
        .map(({ customerId: customer }): Answered => {
          const isFailing = second >= 10 && fails(node, second);
          return { node, customer, good: isFailing ? 10 : 100, bad: isFailing ? 90 : 0 };
        }),
    ),
  );
};

const everything = (): boolean => true;

/** What the incident told last. */
const lastImpact = (played: RulePlay) =>
  (played.all('IncidentImpactChanged').at(-1) ?? played.all('IncidentOpened')[0])?.impact;
const namesOf = (played: RulePlay): readonly string[] =>
  (lastImpact(played)?.top ?? []).map(({ customerId }) => customerId).toSorted();

describe('the impact of an incident is that of what it is about', () => {
  it('R66: of a region, while all fail: its customers, and no other region', () => {
    const played = play([rule('region', { region: ['us-east'] })], everything);
    expect(namesOf(played)).toEqual(['bank', 'shop']);
    expect(lastImpact(played)).toMatchObject({
      affectedCustomers: 2,
      dollarsPerMinute: 100_000,
      covers: [{ scope: 'region', key: 'us-east' }],
      byRegion: [{ key: 'us-east', affectedCustomers: 2 }],
      bySector: [{ key: 'finance', affectedCustomers: 2 }],
    });
  });

  it('R66: of a release: those that it hurts', () => {
    const played = play([rule('release', { release: ['v2*'] })], everything);
    expect(namesOf(played)).toEqual(['bank', 'blog']);
    expect(lastImpact(played)).toMatchObject({
      covers: [{ scope: 'release', key: 'v2+c1' }],
      byRegion: [{ key: 'europe', affectedCustomers: 2 }],
    });
  });

  it('R66: of a customer: itself', () => {
    const played = play([rule('customer', { customer: ['shop'] })], everything);
    expect(namesOf(played)).toEqual(['shop']);
    expect(lastImpact(played)).toMatchObject({
      dollarsPerMinute: 50_000,
      covers: [{ scope: 'customer', key: 'shop' }],
      byRegion: [{ key: 'us-east', affectedCustomers: 1 }],
    });
  });

  it('R66: of a PoP, of which customers are not counted: the fleet, and it says so', () => {
    const played = play([rule('pop', { pop: ['us-east-p1'] })], everything);
    expect(namesOf(played)).toEqual(['bank', 'blog', 'shop']);
    expect(lastImpact(played)).toMatchObject({ covers: [{ scope: 'fleet', key: 'fleet' }] });
  });

  it('of the fleet: all of it, as it ever was told', () => {
    const played = play([rule('fleet')], everything);
    expect(namesOf(played)).toEqual(['bank', 'blog', 'shop']);
    expect(lastImpact(played)).not.toHaveProperty('covers');
  });

  it('R66: grows by what joins it: another customer fails, and each counts once', () => {
    const later = play(
      [rule('customer', { customer: ['shop', 'blog'] })],
      ({ region }, second) => region === 'us-east' || second >= 20,
    );
    expect(later.all('IncidentOpened')).toMatchObject([{ key: 'shop' }]);
    expect(later.all('IncidentOpened')[0]?.impact.covers).toEqual([{ scope: 'customer', key: 'shop' }]);
    expect(lastImpact(later)?.covers).toEqual([
      { scope: 'customer', key: 'shop' },
      { scope: 'customer', key: 'blog' },
    ]);
    expect(namesOf(later)).toEqual(['blog', 'shop']);
  });

  it('R24: whoever is called for it hears of the same impact', () => {
    const played = play([rule('region', { region: ['us-east'] })], everything);
    const [opened] = played.all('IncidentOpened');
    expect(played.all('IncidentEscalated')[0]?.because).toContain(
      `${opened?.impact.affectedCustomers} customers, $${opened?.impact.dollarsPerMinute} a minute`,
    );
    expect(played.all('IncidentEscalated')[0]?.because).toContain('; 2 customers');
  });
});
