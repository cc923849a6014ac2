import type { RuleSet, Selector, SelectorLabel } from '#contracts';
import type { Catalogue } from '../rule/catalogue.js';
import { EXTERNAL_PREFIX } from '../external-alert/external-alert.js';
import { BUILT_IN_RULES } from '../rule/built-in-rules.js';
import { fitsPattern, fitsSelector, type Labels } from '../rule/selector.js';

/** A pattern that fits nothing there is. */
export interface UnmatchedPattern {
  /** The rule or maintenance window. */
  readonly of: { readonly section: 'rules' | 'maintenance'; readonly name: string };
  readonly label: SelectorLabel;
  readonly pattern: string;
  /** What the same things must have as well: each label fits something, all of them together fit nothing. */
  readonly beside?: Selector;
}

/** What there is of each label; releases come and go, so nothing is said about them. */
const namesOf = ({ rules }: RuleSet, { nodes, customers }: Catalogue): ReadonlyMap<SelectorLabel, readonly string[]> =>
  new Map<SelectorLabel, readonly string[]>([
    ['rule', [...rules.map(({ name }) => name), ...BUILT_IN_RULES]],
    ['severity', ['warning', 'critical']],
    ['region', [...new Set(nodes.map(({ region }) => region))]],
    ['pop', [...new Set(nodes.map(({ pop }) => pop))]],
    ['node', nodes.map(({ nodeId }) => nodeId)],
    ['customer', customers.map(({ customerId }) => customerId)],
    ['tier', [...new Set(customers.map(({ tier }) => tier))]],
  ]);

/** Labels that one thing has together, the widest first, with all things that have them. */
const thingsOf = ({
  nodes,
  customers,
}: Catalogue): readonly (readonly [readonly SelectorLabel[], readonly Labels[]])[] => [
  [['region', 'pop', 'node'], nodes.map(({ region, pop, nodeId }) => ({ region, pop, node: nodeId }))],
  [['tier', 'customer'], customers.map(({ tier, customerId }) => ({ tier, customer: customerId }))],
];

/** What other systems call their alerts, only they know. */
const isOfOthers = (label: SelectorLabel, pattern: string): boolean =>
  label === 'rule' && pattern.startsWith(EXTERNAL_PREFIX);

/** Patterns of a set of rules that fit nothing of a catalogue: the rule would say nothing, and nobody would notice. */
export const unmatchedPatterns = (ruleSet: RuleSet, catalogue: Catalogue): readonly UnmatchedPattern[] => {
  const names = namesOf(ruleSet, catalogue);
  const things = thingsOf(catalogue);
  const alone = (of: UnmatchedPattern['of'], where: Selector): UnmatchedPattern[] =>
    (Object.entries(where) as [SelectorLabel, readonly string[]][]).flatMap(([label, patterns]) =>
      patterns
        .filter((pattern) => !isOfOthers(label, pattern))
        .filter((pattern) => names.get(label)?.every((name) => !fitsPattern(pattern, name)))
        .map((pattern) => ({ of, label, pattern })),
    );
  const together = (of: UnmatchedPattern['of'], where: Selector): UnmatchedPattern[] =>
    things.flatMap(([labels, all]) => {
      const asked = labels.filter((label) => where[label] !== undefined);
      const label = asked.at(-1);
      if (label === undefined || asked.length === 1) return [];
      const part: Selector = Object.fromEntries(asked.map((each) => [each, where[each]]));
      if (all.some((thing) => fitsSelector(part, thing))) return [];
      const { [label]: patterns = [], ...beside } = part;
      return [{ of, label, pattern: patterns.join(' or '), beside }];
    });
  // What fits nothing by itself fits nothing together with others either: it is told once.
  const unmatched = (of: UnmatchedPattern['of'], where: Selector): UnmatchedPattern[] => {
    const found = alone(of, where);
    return found.length > 0 ? found : together(of, where);
  };
  return [
    ...ruleSet.rules.flatMap(({ name, where }) => unmatched({ section: 'rules', name }, where)),
    ...ruleSet.maintenance.flatMap(({ name, where }) => unmatched({ section: 'maintenance', name }, where)),
  ];
};

/** One line: `no region is like eu-west*`, `no pop like fra1 has region us-east`. */
export const describeUnmatched = ({ label, pattern, beside }: UnmatchedPattern): string => {
  if (beside === undefined) return `no ${label} is like ${pattern}`;
  const others = Object.entries(beside).map(([other, patterns]) => `${other} ${patterns.join(' or ')}`);
  return `no ${label} like ${pattern} has ${others.join(' and ')}`;
};
