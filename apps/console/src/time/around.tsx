import { Link } from '@tanstack/react-router';
import { useNow } from './clock.js';
import { type Stretch, timeAround } from './time-around.js';

interface AroundProps {
  readonly of: Stretch;
  /** The incident that can be played again; undefined: it is none. */
  readonly incidentId?: string;
}

/** Ways to the pages that show a time, at that of an incident or a rollout. */
export const Around = ({ of, incidentId }: AroundProps) => {
  const minute = Math.floor(useNow() / 60_000) * 60_000;
  const search = timeAround(of, minute);
  return (
    <nav aria-label="Of that time">
      Of that time:{' '}
      <Link to="/" search={search}>
        charts
      </Link>
      {', '}
      <Link to="/customers" search={search}>
        customers hurt
      </Link>
      {incidentId !== undefined && (
        <>
          {', '}
          <Link to="/replay" search={{ incident: incidentId }}>
            replay
          </Link>
        </>
      )}
    </nav>
  );
};
