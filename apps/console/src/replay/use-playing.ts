import { useEffect, useState } from 'react';
import { browserClock } from '../time/clock.js';

/** So many times as fast as it was. */
export const SPEEDS = [1, 10, 60] as const;
/** How fast it is played. */
export type Speed = (typeof SPEEDS)[number];

/** Often enough for the eye, and a tenth of what a screen could do: a chart is drawn each time. */
const EVERY_MS = 100;

interface Playing {
  readonly at: number;
  readonly isPlaying: boolean;
  readonly speed: Speed;
  readonly seek: (at: number) => void;
  readonly play: (isPlaying: boolean) => void;
  readonly choose: (speed: Speed) => void;
}

/** A moment that goes on by itself while it is played, up to the end; it begins at `begin`. */
export const usePlaying = (begin: number, { from, to }: { readonly from: number; readonly to: number }): Playing => {
  const [at, setAt] = useState(begin);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, choose] = useState<Speed>(10);
  useEffect(() => {
    if (!isPlaying) return;
    let stop: () => void;
    let last = browserClock.now();
    const step = (): void => {
      const now = browserClock.now();
      const passed = Math.max(0, now - last);
      last = now;
      setAt((before) => Math.min(to, before + passed * speed));
      stop = browserClock.after(EVERY_MS, step);
    };
    stop = browserClock.after(EVERY_MS, step);
    return () => stop();
  }, [isPlaying, speed, to]);
  useEffect(() => {
    if (at >= to) setPlaying(false);
  }, [at, to]);
  const seek = (wanted: number) => setAt(Math.min(to, Math.max(from, wanted)));
  const play = (wanted: boolean) => {
    if (wanted && at >= to) setAt(from);
    setPlaying(wanted);
  };
  return { at, isPlaying, speed, seek, play, choose };
};
