/** How often a target gets a kind of probe. */
export interface Rhythm {
  /** From one burst to the next. */
  readonly everyMs: number;
  /** Probes of one burst; 1 = evenly spread. */
  readonly burst: number;
  /** Within a burst, from one probe to the next. */
  readonly spacingMs: number;
}

/** A series of probes: what is due when is known from the start. */
export interface Series {
  readonly rhythm: Rhythm;
  readonly startMs: number;
  /** From 0 up to `everyMs`: targets must not be asked all in the same moment. */
  readonly offsetMs: number;
}

/**
 * When the n-th probe (from 0) is due. It depends on the start alone, never on an answer: a prober that waits for answers asks a
 * broken server less often, and so hides the outage it was to find (coordinated omission).
 */
export const dueOf = ({ rhythm, startMs, offsetMs }: Series, n: number): number => {
  const { everyMs, burst, spacingMs } = rhythm;
  return startMs + offsetMs + Math.floor(n / burst) * everyMs + (n % burst) * spacingMs;
};

/** Whether a burst ends before the next begins; another rhythm would not be ascending. */
export const isRhythm = ({ everyMs, burst, spacingMs }: Rhythm): boolean =>
  everyMs > 0 && burst >= 1 && spacingMs >= 0 && (burst - 1) * spacingMs <= everyMs;

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
};

/** Where in its interval a series begins: the same seed and name give the same, so that a restart changes nothing. */
export const offsetOf = (seed: string, name: string, everyMs: number): number => hashOf(`${seed}|${name}`) % everyMs;

/** Probes to be sent now, and those that a stall of the prober itself took. */
export interface Due {
  /** Numbers of the probes, ascending. */
  readonly due: readonly number[];
  readonly skipped: number;
}

/**
 * The probes from number `next` on that are due at a moment. After a stall (a machine that slept) the newest `lateMax` are sent and
 * the rest skipped and counted: they would be a flood, and say nothing of the time they were due.
 */
export const takeDue = (series: Series, next: number, nowMs: number, lateMax: number): Due => {
  const { everyMs, burst } = series.rhythm;
  const bursts = Math.floor((nowMs - series.startMs - series.offsetMs) / everyMs);
  // Bursts do not overlap, so all before this one are due, whatever their number is.
  let end = Math.max(next, bursts * burst);
  while (dueOf(series, end) <= nowMs) end += 1;
  const first = Math.max(next, end - lateMax);
  return { due: Array.from({ length: end - first }, (_unused, i) => first + i), skipped: first - next };
};
