import { type Rule } from '#contracts';
import { customersOf, fitsSelector, labelsOf, type PlaceOf } from '#domain';
import type { Catalogue } from '#store';
import type { AskedSubject } from './asked-subject.js';

/** Where nodes and PoPs stand by the catalogue; which release a node ran at a moment is not in it. */
const placesIn =
  ({ nodes }: Pick<Catalogue, 'nodes'>): PlaceOf =>
  ({ scope, key }) => {
    const node = nodes.find((each) => (scope === 'pop' ? each.pop === key : each.nodeId === key));
    return { pop: node?.pop, region: node?.region, release: undefined };
  };

const describe = ({ where }: Rule): string =>
  Object.entries(where)
    .map(([label, patterns]) => `${label} ${patterns.join(' or ')}`)
    .join(', ');

/** Whether a rule is evaluated for a subject, by the catalogue of today; `undefined` where that is not known. */
const isChosen = (rule: Rule, subject: AskedSubject, { nodes, customers }: Catalogue): boolean | undefined => {
  const { where } = rule;
  if (subject.scope === 'customer') return customersOf(rule, customers).includes(subject.key);
  if (Object.keys(where).length === 0) return true;
  const tierOf = (customerId: string) => customers.find((each) => each.customerId === customerId)?.tier;
  const labelling = { placeOf: placesIn({ nodes }), tierOf };
  if (subject.scope !== 'node' || where.release === undefined) return fitsSelector(where, labelsOf(subject, labelling));
  const { release: _unknown, ...known } = where;
  return fitsSelector(known, labelsOf(subject, labelling)) ? undefined : false;
};

/** Why a rule is not evaluated for a subject of its scopes, or why nobody can say; undefined: it is. */
export const whyNotChosen = (
  rule: Rule,
  subject: AskedSubject,
  catalogue: Catalogue,
): { readonly verdict: 'not_loaded' | 'unreadable'; readonly because: string } | undefined => {
  const chosen = isChosen(rule, subject, catalogue);
  if (chosen === true) return undefined;
  const what = `rule ${rule.name} is evaluated where ${describe(rule)}`;
  if (chosen === undefined)
    return { verdict: 'unreadable', because: `${what}, and which release ${subject.key} ran then is not held` };
  if (subject.scope === 'customer' && Object.keys(rule.where).length === 0)
    return {
      verdict: 'not_loaded',
      because: `rule ${rule.name} chooses no customers by \`where\`, and is evaluated for none`,
    };
  return { verdict: 'not_loaded', because: `${what}, and ${subject.scope} ${subject.key} is not chosen by that` };
};
