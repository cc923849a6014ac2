import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FrameReader } from '../dnstap/frame-stream.js';
import { Tap } from '../dnstap/tap.js';
import type { TapOutcome } from '../dnstap/tap-outcome.js';
import { createZoneFinder } from '../dnstap/zone-finder.js';

const FIXTURES = join(process.cwd(), 'libs/domain/src/presence/fixtures');
const ZONES = ['skyways-air.test', 'northbank.test', 'playforge.test', 'worldnews.test', 'broken.test'];
/** As the prober that recorded them did. */
const PROBE_TIMEOUT_US = 1_000_000;
/** Runs of a server lie further apart than this. */
const RUN_GAP_US = 1_000_000;

/** A probe, when it was sent and when its result was known. */
export interface CapturedProbe {
  readonly atUs: number;
  readonly knownUs: number;
  readonly isGood: boolean;
}

/** What was really done to the server. */
export interface CapturedEvent {
  readonly atUs: number;
  readonly event: 'start' | 'segv' | 'restart' | 'sigstop' | 'sigcont' | 'end';
}

/** A recorded incident: what the server told, what probers saw, and the truth. */
export interface Capture {
  readonly outcomes: readonly TapOutcome[];
  readonly probes: readonly CapturedProbe[];
  readonly events: readonly CapturedEvent[];
}

const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const readProbe = (line: Record<string, unknown>): CapturedProbe => {
  const [atUs, outcome, rttUs] = [Number(line['ts_us']), line['outcome'], Number(line['rtt_us'] ?? 0)];
  const waitedUs = outcome === 'timeout' ? PROBE_TIMEOUT_US : rttUs;
  return { atUs, knownUs: atUs + waitedUs, isGood: outcome === 'answered' };
};

const readOutcomes = (bytes: Uint8Array): readonly TapOutcome[] => {
  const outcomes: TapOutcome[] = [];
  const tap = new Tap(createZoneFinder(ZONES), (outcome) => outcomes.push(outcome));
  for (const found of new FrameReader().push(bytes)) if (found.kind === 'data') tap.take(found.payload);
  tap.end();
  return outcomes.toSorted((a, b) => a.atUs - b.atUs);
};

/** Reads a recording through the tap of the edge agent. */
export const readCapture = (name: 'knot-crashloop' | 'knot-hang'): Capture => {
  const unzip = (suffix: string): Buffer => gunzipSync(readFileSync(join(FIXTURES, `${name}${suffix}.gz`)));
  const events = linesOf(readFileSync(join(FIXTURES, `${name}.events.jsonl`), 'utf8'));
  return {
    outcomes: readOutcomes(unzip('.fstrm')),
    probes: linesOf(unzip('.probe.jsonl').toString()).map(readProbe),
    events: events.map((line) => ({ atUs: Number(line['ts_us']), event: line['event'] as CapturedEvent['event'] })),
  };
};

/** When the newest outcome of each run of the server was, but the last: where its connection closed without STOP. */
export const endsOfRuns = (outcomes: readonly TapOutcome[]): readonly number[] =>
  outcomes.flatMap(({ atUs }, at) => {
    const next = outcomes[at + 1];
    return next !== undefined && next.atUs - atUs > RUN_GAP_US ? [atUs] : [];
  });
