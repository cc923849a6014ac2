import { isRefusal, type NewSilence, type Refusal } from '#contracts';
import { type Catalogue, decideNewSilence, fitsSelector, labelsOf } from '#domain';
import { type AlertRepository, type AlertRow, LIST_ROWS_MAX, type QuietRepository } from '#store';

/** What a silence would do if it were set now. Nothing is recorded. */
export interface SilencePreview {
  readonly startsAt: number;
  readonly endsAt: number;
  /** Alerts that are open now and that it would mute, the newest first. Of a node its release is not known here. */
  readonly alerts: readonly Pick<
    AlertRow,
    'alertId' | 'rule' | 'scope' | 'key' | 'severity' | 'state' | 'incidentId'
  >[];
  /** How many alerts were compared: those that are open, the newest 1,000. */
  readonly compared: number;
}

const OPEN = ['pending', 'firing', 'unknown', 'recovering'] as const;

/** What an alert is compared by: its rule, its severity, and where it is. */
const labelling = ({ nodes, customers }: Pick<Catalogue, 'nodes' | 'customers'>) => {
  const placeOf = ({ scope, key }: Pick<AlertRow, 'scope' | 'key'>) => {
    const node = nodes.find(({ nodeId, pop }) => (scope === 'node' ? nodeId === key : scope === 'pop' && pop === key));
    return { pop: node?.pop, region: node?.region, release: undefined };
  };
  const tierOf = (customerId: string) => customers.find((each) => each.customerId === customerId)?.tier;
  return (alert: AlertRow) => ({
    ...labelsOf(alert, { placeOf, tierOf }),
    rule: alert.rule,
    severity: alert.severity,
  });
};

/** A dry run of a silence: refused as it would be, and which alerts it would mute at this moment. */
export const previewSilence = async (
  parts: {
    readonly alerts: Pick<AlertRepository, 'list'>;
    readonly quiet: Pick<QuietRepository, 'standing'>;
    readonly catalogue: { readonly current: () => Pick<Catalogue, 'nodes' | 'customers'> };
    readonly clock: { readonly nowMs: () => number };
  },
  wanted: NewSilence,
): Promise<SilencePreview | Refusal> => {
  const nowMs = parts.clock.nowMs();
  const standing = await parts.quiet.standing(nowMs);
  const events = decideNewSilence(wanted, { silenceId: 'preview', by: 'preview', nowMs, standing });
  if (isRefusal(events)) return events;
  const [created] = events;
  if (created === undefined) throw new Error('a silence that is not refused begins with an event');
  const labelsOfAlert = labelling(parts.catalogue.current());
  const open = await parts.alerts.list({ states: OPEN, limit: LIST_ROWS_MAX });
  const muted = open.filter((alert) => fitsSelector(wanted.where, labelsOfAlert(alert)));
  return {
    startsAt: created.data.startsAtMs,
    endsAt: created.data.endsAtMs,
    alerts: muted.map(({ alertId, rule, scope, key, severity, state, incidentId }) => {
      return { alertId, rule, scope, key, severity, state, incidentId };
    }),
    compared: open.length,
  };
};
