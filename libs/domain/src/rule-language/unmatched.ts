import type { RuleSet, Selector, SelectorLabel } from '#contracts';
import type { Catalogue } from '../rule/catalogue.js';
import { fitsPattern } from '../rule/selector.js';

/** A pattern that fits nothing there is. */
export interface UnmatchedPattern {
  /** The rule or maintenance window. */
  readonly of: { readonly section: 'rules' | 'maintenance'; readonly name: string };
  readonly label: SelectorLabel;
  readonly pattern: string;
}

/** What there is of each label; releases come and go, so nothing is said about them. */
const namesOf = ({ rules }: RuleSet, { nodes, customers }: Catalogue): ReadonlyMap<SelectorLabel, readonly string[]> =>
  new Map<SelectorLabel, readonly string[]>([
    ['rule', rules.map(({ name }) => name)],
    ['severity', ['warning', 'critical']],
    ['region', [...new Set(nodes.map(({ region }) => region))]],
    ['pop', [...new Set(nodes.map(({ pop }) => pop))]],
    ['node', nodes.map(({ nodeId }) => nodeId)],
    ['customer', customers.map(({ customerId }) => customerId)],
    ['tier', ['tier1', 'tier2', 'tier3']],
  ]);

/** Patterns of a set of rules that fit nothing of a catalogue: the rule would say nothing, and nobody would notice. */
export const unmatchedPatterns = (ruleSet: RuleSet, catalogue: Catalogue): readonly UnmatchedPattern[] => {
  const names = namesOf(ruleSet, catalogue);
  const unmatched = (of: UnmatchedPattern['of'], where: Selector): UnmatchedPattern[] =>
    (Object.entries(where) as [SelectorLabel, readonly string[]][]).flatMap(([label, patterns]) =>
      patterns
        .filter((pattern) => names.get(label)?.every((name) => !fitsPattern(pattern, name)))
        .map((pattern) => ({ of, label, pattern })),
    );
  return [
    ...ruleSet.rules.flatMap(({ name, where }) => unmatched({ section: 'rules', name }, where)),
    ...ruleSet.maintenance.flatMap(({ name, where }) => unmatched({ section: 'maintenance', name }, where)),
  ];
};

/** One line: `no region is like eu-west*`. */
export const describeUnmatched = ({ label, pattern }: UnmatchedPattern): string => `no ${label} is like ${pattern}`;
