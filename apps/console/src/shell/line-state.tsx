import { useHolding } from '../api/held.js';
import { useLive } from '../api/live-context.js';
import { useNow } from '../time/clock.js';
import { clockOf, zoneOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { Mark } from '../ui/mark.js';
import { lineWords } from './line-words.js';

export { STALE_MS } from './line-words.js';

/**
 * How old what is shown is, and whether the line to Tocsin holds. That it was lost is said to readers once, by itself, and not again with
 * each second.
 */
export const LineState = () => {
  const live = useLive();
  const { held } = useHolding();
  const { zone } = useZone();
  const { tone, text } = lineWords(live, useNow());
  return (
    <>
      {held !== null && live.line.state !== 'lost' ? (
        <Mark tone="warn">{`Held still at ${clockOf(held.at, zone)} ${zoneOf(held.at, zone)}`}</Mark>
      ) : (
        <Mark tone={tone}>{text}</Mark>
      )}
      <span role="alert" className="seen-by-readers">
        {live.line.state === 'lost' && <span>{`Not connected: ${live.line.because}`}</span>}
      </span>
    </>
  );
};

/** Holds the page still while one reads or speaks of it, and lets it go on. */
export const PauseButton = () => {
  const { held, holdOrGoOn } = useHolding();
  return (
    <button type="button" onClick={holdOrGoOn}>
      {held === null ? 'Pause' : 'Go on'}
    </button>
  );
};
