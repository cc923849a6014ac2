import type { RuleScope, Selector, SelectorLabel } from '#contracts';

/** The labels that subjects of a scope have; a selector that names another fits none of them. */
export const SCOPE_LABELS: Readonly<Record<RuleScope, readonly SelectorLabel[]>> = {
  fleet: [],
  region: ['region'],
  pop: ['pop', 'region'],
  node: ['node', 'pop', 'region', 'release'],
  release: ['release'],
  release_region: ['release', 'region'],
  customer: ['customer', 'tier'],
};

/** The scopes of which a selector can fit a subject. */
export const scopesThatFit = (scopes: readonly RuleScope[], where: Selector): readonly RuleScope[] => {
  const labels = Object.keys(where) as SelectorLabel[];
  return scopes.filter((scope) => labels.every((label) => SCOPE_LABELS[scope].includes(label)));
};
