import { Link } from '@tanstack/react-router';
import { usePages } from '../api/use-pages.js';
import { StandingLine } from '../fleet/standing-line.js';
import { When } from '../time/when.js';
import { count, money } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { More } from '../ui/more.js';
import { Rows } from '../ui/rows.js';
import { type IncidentRow, INCIDENTS } from './incident-document.js';

/** How a state of an incident is shown. */
export const INCIDENT_TONES: Readonly<Record<IncidentRow['status'], Tone>> = {
  open: 'bad',
  acknowledged: 'warn',
  resolved: 'good',
};

const COLUMNS = [
  {
    heading: 'Incident',
    cell: ({ incidentId, title }: IncidentRow) => (
      <Link to="/incidents/$id" params={{ id: incidentId }}>
        {title}
      </Link>
    ),
  },
  { heading: 'Priority', cell: ({ priority, severity }: IncidentRow) => priority ?? severity },
  { heading: 'State', cell: ({ status }: IncidentRow) => <Mark tone={INCIDENT_TONES[status]}>{status}</Mark> },
  { heading: 'Opened', cell: ({ openedAt }: IncidentRow) => <When at={openedAt} /> },
  { heading: 'Over', cell: ({ resolvedAt }: IncidentRow) => <When at={resolvedAt} /> },
  { heading: 'Owner', cell: ({ owner }: IncidentRow) => owner ?? '—' },
  { heading: 'Customers', isNumber: true, cell: ({ impact }: IncidentRow) => count(impact.affectedCustomers) },
  { heading: 'A minute', isNumber: true, cell: ({ impact }: IncidentRow) => money(impact.dollarsPerMinute) },
];

/** All incidents, newest first. */
export const IncidentsPage = () => {
  const pages = usePages('incidents', INCIDENTS, {}, { pageOf: ({ incidents }) => incidents, follows: ['incident-'] });
  return (
    <>
      <h1>Incidents</h1>
      <StandingLine of="incidents" />
      {pages.rows !== undefined && (
        <Rows
          label="Incidents"
          columns={COLUMNS}
          rows={pages.rows}
          keyOf={({ incidentId }) => incidentId}
          none="There was no incident yet. One opens when a rule fires, and stands here with its causes, its customers and what was done."
        />
      )}
      <More of="the incidents" pages={pages} />
    </>
  );
};
