import { OUTCOMES, type OutcomeClass } from '#contracts';
import { readTapMessage } from './dnstap-message.js';
import { DNSTAP_CONTENT_TYPE, type FrameFound, FrameReader, type StreamFault } from './frame-stream.js';
import { Tap } from './tap.js';
import type { TapCounts } from './tap-counts.js';
import type { FindZone } from './zone-finder.js';

/**
 * How a recording ends:
 * - `whole`: START, data, STOP;
 * - `cut`: it ends within a frame, or without STOP;
 * - `corrupt`: what cannot be a frame follows frames that were good;
 * - `foreign`: it never begins as a recording of dnstap.
 */
export type RecordingEnd =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut'; readonly expected?: number; readonly have?: number }
  | { readonly kind: 'corrupt' | 'foreign'; readonly fault: StreamFault | 'no_start' };

/** What is in a recording. */
export interface TapSummary {
  readonly end: RecordingEnd;
  readonly counts: Readonly<TapCounts>;
  /** Message type as dnstap names it (`AUTH_QUERY`) → messages. */
  readonly types: Readonly<Record<string, number>>;
  readonly classes: Readonly<Record<OutcomeClass, number>>;
  /** Outcome → how many; those that do not occur are absent. */
  readonly names: Readonly<Record<string, number>>;
  /** As it was announced; undefined before START. */
  readonly contentType: string | undefined;
}

const kindOf = new Map<number, (typeof OUTCOMES)[number]>(OUTCOMES.map((kind) => [kind.code, kind]));

/** Reads a recording that comes in pieces of any size, and counts what is in it, up to where it is damaged. */
export class TapSummarizer {
  private readonly reader = new FrameReader();
  private readonly tap: Tap;
  private readonly types: Record<string, number> = {};
  private readonly classes: Record<OutcomeClass, number> = { good: 0, bad: 0, excluded: 0 };
  private readonly names: Record<string, number> = {};
  private hasStarted = false;
  private damage: Extract<FrameFound, { readonly kind: 'refused' | 'truncated' }> | undefined;

  constructor(findZone: FindZone) {
    this.tap = new Tap(findZone, ({ outcome }) => this.count(outcome));
  }

  /** Takes the next piece; false when there is no sense in reading on. */
  push(piece: Uint8Array): boolean {
    this.see(this.reader.push(piece));
    return this.damage === undefined;
  }

  /** Nothing more comes. */
  end(): TapSummary {
    this.see(this.reader.end());
    this.tap.end();
    const { classes, names, types } = this;
    const contentType = this.hasStarted ? DNSTAP_CONTENT_TYPE : undefined;
    return { end: this.recordingEnd(), counts: this.tap.counts, types, classes, names, contentType };
  }

  private see(found: readonly FrameFound[]): void {
    for (const one of found) {
      if (one.kind === 'data') this.take(one.payload);
      else if (one.kind === 'control') this.hasStarted ||= one.control === 'start';
      else this.damage = one;
    }
  }

  private take(payload: Uint8Array): void {
    const message = readTapMessage(payload);
    if (message !== undefined) {
      const type = `${message.family.toUpperCase()}_${message.isQuery ? 'QUERY' : 'RESPONSE'}`;
      this.types[type] = (this.types[type] ?? 0) + 1;
    }
    this.tap.take(payload);
  }

  private count(outcome: number): void {
    const kind = kindOf.get(outcome);
    if (kind === undefined) throw new Error(`count outcome ${outcome}: it is none`);
    this.classes[kind.class] += 1;
    this.names[kind.name] = (this.names[kind.name] ?? 0) + 1;
  }

  private recordingEnd(): RecordingEnd {
    const { damage, hasStarted } = this;
    if (!hasStarted) return { kind: 'foreign', fault: damage?.kind === 'refused' ? damage.fault : 'no_start' };
    if (damage?.kind === 'refused') return { kind: 'corrupt', fault: damage.fault };
    if (damage?.kind === 'truncated') return { kind: 'cut', expected: damage.expected, have: damage.have };
    return this.reader.isStopped ? { kind: 'whole' } : { kind: 'cut' };
  }
}
