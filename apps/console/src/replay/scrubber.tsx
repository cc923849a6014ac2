import { useId } from 'react';
import { lengthOf, momentOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { type Speed, SPEEDS } from './use-playing.js';

interface ScrubberProps {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly isPlaying: boolean;
  readonly speed: Speed;
  readonly seek: (at: number) => void;
  readonly play: (isPlaying: boolean) => void;
  readonly choose: (speed: Speed) => void;
  /** Moments of the events beside the one that is shown. */
  readonly before: number | undefined;
  readonly next: number | undefined;
}

/** Chooses the moment: by hand, by key, from event to event, or by playing it as it was. */
export const Scrubber = ({ from, to, at, isPlaying, speed, seek, play, choose, before, next }: ScrubberProps) => {
  const { zone } = useZone();
  const id = useId();
  const said = `${momentOf(at, zone)} ${zone}`;
  return (
    <div className="scrubber" role="group" aria-label="The moment">
      <label htmlFor={id}>
        <strong>{said}</strong> <span className="quiet">{`${lengthOf(at - from)} of ${lengthOf(to - from)}`}</span>
      </label>
      <input
        id={id}
        type="range"
        min={from}
        max={to}
        step={1_000}
        value={at}
        aria-valuetext={said}
        onChange={({ target }) => seek(Number(target.value))}
      />
      <div className="acts">
        <button type="button" onClick={() => play(!isPlaying)}>
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <span role="group" aria-label="Speed">
          {SPEEDS.map((each) => (
            <button key={each} type="button" aria-pressed={each === speed} onClick={() => choose(each)}>
              {each}×
            </button>
          ))}
        </span>
        <button type="button" disabled={before === undefined} onClick={() => before !== undefined && seek(before)}>
          Event before
        </button>
        <button type="button" disabled={next === undefined} onClick={() => next !== undefined && seek(next)}>
          Next event
        </button>
      </div>
    </div>
  );
};
