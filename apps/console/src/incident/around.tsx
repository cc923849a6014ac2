import { Link } from '@tanstack/react-router';
import { useNow } from '../time/clock.js';
import type { IncidentAnswer } from './incident-document.js';
import { timeAround } from './time-around.js';

/** Ways to the pages that show a time, at that of the incident. */
export const Around = ({ incident }: { readonly incident: IncidentAnswer }) => {
  const minute = Math.floor(useNow() / 60_000) * 60_000;
  const search = timeAround(incident, minute);
  return (
    <nav className="around" aria-label="Of that time">
      Of that time:{' '}
      <Link to="/" search={search}>
        charts
      </Link>
      {', '}
      <Link to="/customers" search={search}>
        customers hurt
      </Link>
      {', '}
      <Link to="/replay" search={{ incident: incident.incidentId }}>
        replay
      </Link>
    </nav>
  );
};
