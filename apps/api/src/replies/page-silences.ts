import { refuse, type Refusal, type Selector } from '#contracts';
import { type Catalogue, labelsOf } from '#domain';
import type { AlertRow } from '#store';

/** Silences that one press may set: an incident with more alerts is silenced by what they have in common, which a person says. */
const SILENCES_MAX = 20;

/**
 * A selector for each alert: its rule, where it is. What several alerts have in common may be nothing, and would mute their rules for the
 * whole fleet; so an alert that no label tells from others is refused.
 */
export const selectorsOf = (
  { nodes, customers }: Catalogue,
  alerts: readonly AlertRow[],
): readonly Selector[] | Refusal => {
  const placeOf = ({ scope, key }: Pick<AlertRow, 'scope' | 'key'>) => {
    const node = nodes.find(({ nodeId, pop }) => (scope === 'node' ? nodeId === key : scope === 'pop' && pop === key));
    return { pop: node?.pop, region: node?.region, release: undefined };
  };
  const tierOf = (customerId: string) => customers.find((each) => each.customerId === customerId)?.tier;
  const labelled = alerts.map((alert) => ({ alert, labels: labelsOf(alert, { placeOf, tierOf }) }));
  const bare = labelled.find(({ labels }) => Object.keys(labels).length === 0);
  if (bare !== undefined)
    return refuse(
      'SILENCE_TOO_WIDE',
      `alert ${bare.alert.alertId} of rule ${bare.alert.rule} is about no place in particular: a silence would mute the rule everywhere`,
    );
  const selectors = new Map<string, Selector>();
  for (const { alert, labels } of labelled) {
    const where = Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, [value]]));
    const selector = { rule: [alert.rule], ...where };
    selectors.set(JSON.stringify(selector), selector);
  }
  return selectors.size > SILENCES_MAX
    ? refuse('SILENCE_TOO_WIDE', `${selectors.size} alerts go on, ${SILENCES_MAX} are silenced at once`)
    : [...selectors.values()];
};
