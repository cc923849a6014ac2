import { Link } from '@tanstack/react-router';
import { ALERT_TONES } from '../alerts/alert-document.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import type { IncidentAnswer } from './incident-document.js';

type AlertOf = IncidentAnswer['alerts'][number];

const COLUMNS = [
  {
    heading: 'Alert',
    cell: ({ alertId, rule, key }: AlertOf) => (
      <Link to="/alerts/$id" params={{ id: alertId }}>
        {words(rule)} on {key}
      </Link>
    ),
  },
  { heading: 'State', cell: ({ state }: AlertOf) => <Mark tone={ALERT_TONES[state]}>{state}</Mark> },
  { heading: 'Severity', cell: ({ severity }: AlertOf) => severity },
  { heading: 'Fired', cell: ({ firedAt }: AlertOf) => <When at={firedAt} /> },
  { heading: 'Over', cell: ({ resolvedAt }: AlertOf) => <When at={resolvedAt} /> },
];

/** What joined the incident, in the order in which it did. */
export const AlertsOf = ({ alerts }: { readonly alerts: readonly AlertOf[] }) => (
  <Card title="Alerts" aside={<span className="quiet">{alerts.length === 50 ? 'the first 50' : alerts.length}</span>}>
    <Rows
      label="Alerts"
      columns={COLUMNS}
      rows={alerts}
      keyOf={({ alertId }) => alertId}
      none="No alert belongs to it."
    />
  </Card>
);
