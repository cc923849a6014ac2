import { useHolding } from '../api/held.js';
import { useLive } from '../api/live-context.js';
import { useNow } from '../time/clock.js';
import { clockOf, lengthOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { Mark } from '../ui/mark.js';

/** Figures come once a second; after so long without one the page must not look as if it were of now (as the rules do at 15 s). */
export const STALE_MS = 15_000;

/** How old what is shown is, and whether the line to Tocsin holds. */
export const LineState = () => {
  const { line, heardAt } = useLive();
  const { held } = useHolding();
  const { zone } = useZone();
  const now = useNow();
  const age = heardAt === null ? null : now - heardAt;
  if (line.state === 'lost')
    return (
      <div role="alert">
        <Mark tone="bad">{`Not connected for ${lengthOf(now - line.since)}; trying again`}</Mark>
      </div>
    );
  if (held !== null) return <Mark tone="warn">{`Held still at ${clockOf(held.at, zone)} ${zone}`}</Mark>;
  if (line.state === 'connecting' || age === null) return <Mark tone="still">Connecting …</Mark>;
  return age >= STALE_MS ? (
    <Mark tone="warn">{`Stale: ${lengthOf(age)} old`}</Mark>
  ) : (
    <Mark tone="good">{`Live, ${lengthOf(age)} old`}</Mark>
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
