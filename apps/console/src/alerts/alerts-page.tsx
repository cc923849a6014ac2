import { Link } from '@tanstack/react-router';
import { usePages } from '../api/use-pages.js';
import { StandingLine } from '../fleet/standing-line.js';
import { When } from '../time/when.js';
import { Mark } from '../ui/mark.js';
import { More } from '../ui/more.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { ALERT_TONES, type AlertRow, ALERTS } from './alert-document.js';
import { Silences } from './silences.js';

const FOLLOWS = ['alert-', 'resolution-', 'silence-'];

const COLUMNS = [
  {
    heading: 'Alert',
    cell: ({ alertId, rule, key }: AlertRow) => (
      <Link to="/alerts/$id" params={{ id: alertId }}>
        {words(rule)} on {key}
      </Link>
    ),
  },
  { heading: 'State', cell: ({ state }: AlertRow) => <Mark tone={ALERT_TONES[state]}>{state}</Mark> },
  { heading: 'Severity', cell: ({ severity }: AlertRow) => severity },
  { heading: 'What it found', cell: ({ evidence }: AlertRow) => evidence[0]?.text ?? '—' },
  { heading: 'Began', cell: ({ begunAt }: AlertRow) => <When at={begunAt} /> },
  { heading: 'Over', cell: ({ resolvedAt }: AlertRow) => <When at={resolvedAt} /> },
  { heading: 'Held back', cell: ({ muted }: AlertRow) => muted?.because ?? '—' },
];

/** All alerts, newest first, and the silences. */
export const AlertsPage = () => {
  const pages = usePages('alerts', ALERTS, {}, { pageOf: ({ alerts }) => alerts, follows: FOLLOWS });
  return (
    <>
      <h1>Alerts</h1>
      <StandingLine of="alerts" />
      {pages.rows !== undefined && (
        <Rows
          label="Alerts"
          columns={COLUMNS}
          rows={pages.rows}
          keyOf={({ alertId }) => alertId}
          none="No rule has fired yet. The page Rules says of each how far it is from firing, and why not."
        />
      )}
      <More of="the alerts" pages={pages} />
      <Silences />
    </>
  );
};
