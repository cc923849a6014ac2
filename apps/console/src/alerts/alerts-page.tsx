import { Link } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { StandingLine } from '../fleet/standing-line.js';
import { When } from '../time/when.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { type AlertRow, ALERTS } from './alert-document.js';
import { Silences } from './silences.js';

/** How a state of an alert is shown; unknown is no good state. */
export const ALERT_TONES: Readonly<Record<AlertRow['state'], Tone>> = {
  pending: 'warn',
  firing: 'bad',
  unknown: 'still',
  recovering: 'warn',
  resolved: 'good',
};

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
  const answer = useAnswer('alerts', ALERTS, {}, { follows: ['alert-', 'resolution-', 'silence-'] });
  return (
    <>
      <h1>Alerts</h1>
      <StandingLine of="alerts" />
      <Reading of="the alerts" answer={answer}>
        {({ alerts }) => (
          <Rows
            label="Alerts"
            columns={COLUMNS}
            rows={alerts.nodes}
            keyOf={({ alertId }) => alertId}
            none="No rule has fired yet. The page Rules says of each how far it is from firing, and why not."
          />
        )}
      </Reading>
      <Silences />
    </>
  );
};
