import { useNavigate, useSearch } from '@tanstack/react-router';
import { browserClock } from './clock.js';
import { LENGTHS, rangeOf, type RangeSearch } from './range.js';

/** Chooses the time that the page shows, and pins it: a pinned address shows the same to whoever opens it, whenever. */
export const RangePicker = () => {
  const search: RangeSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const go = (chosen: RangeSearch) => void navigate({ to: '.', search: chosen as never });
  const pin = () => {
    const { from, to } = rangeOf(search, browserClock.now());
    go({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  };
  return (
    <span className="range" role="group" aria-label="Time">
      {Object.keys(LENGTHS).map((last) => (
        <button
          key={last}
          type="button"
          aria-pressed={search.from === undefined && (search.last ?? '1h') === last}
          onClick={() => go({ last })}
        >
          {last}
        </button>
      ))}
      <button type="button" aria-pressed={search.from !== undefined} onClick={pin}>
        Pin
      </button>
    </span>
  );
};
