import { count } from '../ui/figures.js';
import type { Tone } from '../ui/mark.js';

/** Where the events are not what was appended. */
export interface BrokenLink {
  readonly fault: 'changed' | 'missing' | 'stream_head' | 'head' | 'kept_head';
  readonly position: number | null;
  readonly until: number | null;
  readonly stream: string | null;
  readonly version: number | null;
}

/** As `tocsin audit verify` says it. */
const FAULTS: Readonly<Record<BrokenLink['fault'], string>> = {
  changed: 'is not what was appended',
  missing: 'is missing',
  stream_head: 'is not the end that is kept of its stream',
  head: 'is not where the events are said to end',
  kept_head: 'does not give the head that was kept elsewhere',
};

/** `incident-in1@3, position 17: is not what was appended`. */
export const linkText = ({ fault, position, until, stream, version }: BrokenLink): string => {
  const named = stream === null ? [] : [`${stream}@${version ?? '?'}`];
  const last = until === null || until === position ? '' : ` to ${until}`;
  const placed = position === null ? [] : [`${last === '' ? 'position' : 'positions'} ${position}${last}`];
  return `${[...named, ...placed].join(', ')}: ${FAULTS[fault]}`;
};

/** What a verification found, as far as one line needs it. */
export interface Found {
  readonly status: 'running' | 'whole' | 'broken' | 'failed';
  readonly events: number;
  readonly of: number;
  readonly keptHeads: number;
  readonly head: { readonly position: number } | null;
  readonly broken: readonly BrokenLink[];
  readonly isCut: boolean;
  readonly failure: string | null;
}

/** How a state is shown: what could not be verified is no good state. */
export const CHAIN_TONES: Readonly<Record<Found['status'], Tone>> = {
  running: 'still',
  whole: 'good',
  broken: 'bad',
  failed: 'warn',
};

/** What a verification found, in a sentence; `newest` is the position of the newest event, which may lie behind what was verified. */
export const foundText = (found: Found, newest: number): string => {
  const { status, events, of, head, keptHeads, broken, isCut, failure } = found;
  if (status === 'running') return `${count(events)} of ${count(of)} events were followed so far.`;
  if (status === 'failed') return `It could not be done: ${failure ?? 'nobody said why'}.`;
  if (status === 'broken')
    return `The record was changed after it was written, in ${count(broken.length)}${isCut ? ' places and more' : broken.length === 1 ? ' place' : ' places'}.`;
  const position = head?.position ?? 0;
  const later = newest > position ? `; ${count(newest - position)} events came since` : '';
  const kept = keptHeads === 0 ? '' : `, and ${count(keptHeads)} heads kept elsewhere are of them`;
  return `Verified to #${position}: every event is what was appended${kept}${later}.`;
};
