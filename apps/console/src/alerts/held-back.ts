/** A label of an alert, and what it may be. */
export interface Selected {
  readonly label: string;
  readonly patterns: string[];
}

/** What the key of an alert is made of, in its order; the fleet has no label. What is told from outside has that of the region in its key, after its source. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  release_region: ['release', 'region'],
  release: ['release'],
  region: ['region'],
  pop: ['pop'],
  node: ['node'],
  customer: ['customer'],
};
/** What is told from outside: its id there, and the region that it is about, if one was said. */
const EXTERNAL = 'external';

interface Subject {
  readonly rule: string;
  readonly scope: string;
  readonly key: string;
}

/** By which labels a silence finds an alert: its rule, and what it is about as far as there is a label for it. */
export const selectorOf = ({ rule, scope, key }: Subject): Selected[] => {
  const rest = key.slice(key.indexOf('|') + 1);
  if (scope === EXTERNAL)
    return [{ label: 'rule', patterns: [rule] }, ...(rest === '' ? [] : [{ label: 'region', patterns: [rest] }])];
  const parts = key.split('|');
  const labels = (LABELS[scope] ?? []).map((label, index) => ({ label, patterns: [parts[index] ?? ''] }));
  return [{ label: 'rule', patterns: [rule] }, ...labels];
};
