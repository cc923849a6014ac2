import './range-picker.css';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { browserClock } from './clock.js';
import { DEFAULT_LENGTH, isPinned, LENGTHS, rangeOf, type RangeSearch } from './range.js';
import { When } from './when.js';

const pinned = (search: RangeSearch, now: number): RangeSearch => {
  const { from, to } = rangeOf(search, now);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
};

/** Moves the address to another time; whatever else it says stays. */
const useGo = () => {
  const navigate = useNavigate();
  return (chosen: RangeSearch) =>
    void navigate({
      to: '.',
      search: (({ last: _last, from: _from, to: _to, ...rest }: RangeSearch) => ({ ...rest, ...chosen })) as never,
    });
};

/** Copies an address that shows what is shown now, to whoever opens it, whenever. */
const CopyLink = ({ search }: { readonly search: RangeSearch }) => {
  const router = useRouter();
  const [said, setSaid] = useState('');
  const copy = async () => {
    const now = pinned(search, browserClock.now());
    const { href } = router.buildLocation({
      to: '.',
      search: (({ last: _last, ...rest }: RangeSearch) => ({ ...rest, ...now })) as never,
    });
    const link = new URL(href, location.href).href;
    // Without https a browser lets no page write to its clipboard, but for that of its own host.
    const isCopied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    setSaid(isCopied === true ? 'Copied.' : link);
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        Copy link
      </button>
      <span role="status" className="quiet copied">
        {said}
      </span>
    </>
  );
};

/** Chooses the time that a page shows; pinned, it stays as it is, also in the address, until it is let go. */
export const RangePicker = () => {
  const search: RangeSearch = useSearch({ strict: false });
  const go = useGo();
  const isFixed = isPinned(search);
  return (
    <span className="range" role="group" aria-label="Time">
      {Object.keys(LENGTHS).map((last) => (
        <button
          key={last}
          type="button"
          aria-pressed={!isFixed && (search.last ?? DEFAULT_LENGTH) === last}
          onClick={() => go({ last })}
        >
          {last}
        </button>
      ))}
      {isFixed ? (
        <>
          <span>
            <When at={search.from ?? null} /> to <When at={search.to ?? null} />
          </span>
          <button type="button" aria-pressed="true" onClick={() => go({})}>
            Go live
          </button>
        </>
      ) : (
        <button type="button" aria-pressed="false" onClick={() => go(pinned(search, browserClock.now()))}>
          Pin
        </button>
      )}
      <CopyLink search={search} />
    </span>
  );
};
