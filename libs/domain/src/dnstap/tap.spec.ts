import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTCOMES } from '#contracts';
import { readTapMessage } from './dnstap-message.js';
import { FrameReader, type FrameFound } from './frame-stream.js';
import { WAITING_MAX } from './pairing.js';
import { Tap } from './tap.js';
import type { TapOutcome } from './tap-outcome.js';
import { createZoneFinder } from './zone-finder.js';

const FIXTURES = join(process.cwd(), 'libs/domain/src/dnstap/fixtures');
const ZONES = ['skyways-air.test', 'northbank.test', 'playforge.test', 'worldnews.test', 'broken.test'];
const recording = (name: string): Uint8Array => readFileSync(join(FIXTURES, `${name}.fstrm`));

const isData = (found: FrameFound): found is Extract<FrameFound, { kind: 'data' }> => found.kind === 'data';

const play = (bytes: Uint8Array, pieceBytes = bytes.length) => {
  const outcomes: TapOutcome[] = [];
  const faults: FrameFound[] = [];
  const tap = new Tap(createZoneFinder(ZONES), (outcome) => outcomes.push(outcome));
  const reader = new FrameReader();
  const take = (found: FrameFound[]): void => {
    for (const one of found)
      if (one.kind === 'data') tap.take(one.payload);
      else if (one.kind !== 'control') faults.push(one);
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) take(reader.push(bytes.subarray(at, at + pieceBytes)));
  take(reader.end());
  tap.end();
  return { counts: tap.counts, outcomes, faults, isStopped: reader.isStopped };
};

const byName = (outcomes: readonly TapOutcome[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) {
    const name = OUTCOMES.find(({ code }) => code === outcome)?.name ?? `code ${outcome}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};
const latenciesUs = (outcomes: readonly TapOutcome[]): number[] =>
  outcomes.flatMap(({ latencyNs }) => (latencyNs === undefined ? [] : [latencyNs / 1_000])).toSorted((a, b) => a - b);
const p50 = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? Number.NaN;
const p99 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;

const MIX = { answer: 114, nodata: 35, referral: 6, truncated: 4, nxdomain: 29, servfail: 5, refused_foreign: 7 };
const ALL = { frames: 400, undecodable: 0, malformed: 0, clockFaults: 0 };
const PAIRED = { ...ALL, queries: 200, responses: 200, pairs: 200, unpairedQueries: 0, orphanResponses: 0 };

describe('recordings of authoritative servers', () => {
  it.each(['bind-400', 'knot-400', 'nsd-400'])('R1, R4: %s: all pair, and are classified alike', (name) => {
    const { counts, outcomes, faults, isStopped } = play(recording(name));
    expect(counts).toMatchObject(PAIRED);
    expect(byName(outcomes)).toEqual(MIX);
    expect(outcomes.filter(({ rcode }) => rcode === 0)).toHaveLength(159);
    expect(faults).toEqual([]);
    expect(isStopped).toBe(true);
  });

  it('a name of an assigned zone is found under it whatever its case; a foreign one is not', () => {
    const zones = new Set(play(recording('knot-400')).outcomes.map(({ zone }) => zone));
    expect(ZONES.filter((zone) => !zones.has(zone))).toEqual([]);
    expect([...zones].filter((zone) => !ZONES.includes(zone)).every((zone) => zone.startsWith('notours'))).toBe(true);
  });

  it('latency of a coarse clock is unknown, never 0', () => {
    expect(latenciesUs(play(recording('bind-400')).outcomes)).toEqual([]);
  });

  it('latency of finer clocks', () => {
    const knot = latenciesUs(play(recording('knot-400')).outcomes);
    expect([knot.length, knot[0], p50(knot), p99(knot), knot.at(-1)]).toEqual([200, 0.842, 1.482, 5.057, 23.235]);
    const nsd = latenciesUs(play(recording('nsd-400')).outcomes);
    expect([nsd.length, p50(nsd), nsd.at(-1)]).toEqual([200, 2, 56]);
  });

  it('responses that carry their query need no pair and have no latency', () => {
    const { counts, outcomes } = play(recording('knot-resp-with-query-200'));
    expect(counts).toMatchObject({ frames: 200, queries: 0, responses: 200, pairs: 0, orphanResponses: 0 });
    expect(byName(outcomes)).toEqual(MIX);
    expect(latenciesUs(outcomes)).toEqual([]);
  });
});

describe('the recording of a resolver', () => {
  it('counts what clients got, not what the resolver asked', () => {
    const { counts, outcomes } = play(recording('unbound-400'));
    expect(counts).toMatchObject({ frames: 400, upstream: 140, queries: 131, responses: 129, unpairedQueries: 2 });
    const byRcode = [0, 3, 2].map((rcode) => outcomes.filter((outcome) => outcome.rcode === rcode).length);
    expect(byRcode).toEqual([101, 18, 10]);
  });
});

describe('R61, R63: hostile packets', () => {
  it.each([
    ['bind-malformed', { queries: 7, responses: 9, pairs: 7, orphanResponses: 2, unpairedQueries: 0, malformed: 0 }],
    ['knot-malformed', { queries: 10, responses: 13, pairs: 10, orphanResponses: 3, unpairedQueries: 0, malformed: 0 }],
    ['nsd-malformed', { queries: 23, responses: 19, pairs: 19, orphanResponses: 0, unpairedQueries: 4, malformed: 8 }],
  ])('%s', (name, counts) => {
    const played = play(recording(name));
    expect(played.counts).toMatchObject(counts);
    expect(played.outcomes).toHaveLength(counts.responses);
  });

  it('transfers, updates and foreign classes that are refused make no server look lame', () => {
    for (const name of ['bind-malformed', 'knot-malformed', 'nsd-malformed'])
      expect(byName(play(recording(name)).outcomes)['lame']).toBeUndefined();
  });

  it('a name above 255 octets keeps its length', () => {
    const lengths = play(recording('nsd-malformed')).outcomes.map(({ qnameLen }) => qnameLen);
    expect(Math.max(...lengths)).toBe(255);
  });

  it('BADVERS is found behind its NOERROR', () => {
    expect(byName(play(recording('nsd-malformed')).outcomes)['badvers']).toBe(1);
  });
});

describe('damaged recordings', () => {
  it('an end within a frame is reported, what came before it counts', () => {
    const { counts, faults } = play(recording('truncated-mid-frame'));
    expect(counts.frames).toBe(153);
    expect(faults).toEqual([{ kind: 'truncated', expected: 99, have: 50 }]);
  });

  it('a corrupt length is refused at once', () => {
    const { counts, faults } = play(recording('corrupt-length'));
    expect(counts.frames).toBe(39);
    expect(faults).toEqual([{ kind: 'refused', fault: 'frame_too_long', length: 0x7fffffff }]);
  });

  it('a corrupt name harms its own query alone', () => {
    const { counts, outcomes } = play(recording('corrupt-payload'));
    expect(counts).toMatchObject({ ...ALL, pairs: 199, unpairedQueries: 1, orphanResponses: 1 });
    expect(byName(outcomes)).toEqual(MIX);
  });
});

describe('R63: frames that were tampered with', () => {
  /** xorshift32: the same damage at each run. */
  const damage = (seed: number) => {
    let state = seed;
    return (below: number): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
  };
  const payloads = readdirSync(FIXTURES)
    .filter((name) => name.endsWith('.fstrm'))
    .flatMap((name) => new FrameReader().push(readFileSync(join(FIXTURES, name))))
    .flatMap((found) => (found.kind === 'data' ? [found.payload] : []));

  it('100,000 of them never throw, and every frame is counted once', () => {
    const next = damage(0x51ed270b);
    const outcomes: TapOutcome[] = [];
    const tap = new Tap(createZoneFinder(ZONES), (outcome) => outcomes.push(outcome));
    let waitingMost = 0;
    for (let i = 0; i < 100_000; i += 1) {
      const frame = Uint8Array.from(payloads[next(payloads.length)] ?? []);
      for (let hits = 1 + next(6); hits > 0; hits -= 1) frame[next(frame.length)] = next(256);
      tap.take(next(4) === 0 ? frame.subarray(0, next(frame.length)) : frame);
      waitingMost = Math.max(waitingMost, tap.waiting);
    }
    expect(waitingMost).toBeLessThanOrEqual(WAITING_MAX);
    tap.end();
    expect(tap.waiting).toBe(0);
    const { frames, undecodable, upstream, queries, responses, pairs, unpairedQueries, orphanResponses } = tap.counts;
    expect(frames).toBe(100_000);
    expect(undecodable + upstream + queries + responses).toBe(frames);
    expect(pairs + unpairedQueries).toBe(queries);
    expect(pairs + orphanResponses).toBeLessThanOrEqual(responses);
    expect(outcomes).toHaveLength(responses);
    expect(undecodable).toBeGreaterThan(10_000);
    expect(responses).toBeGreaterThan(10_000);
    expect(pairs).toBeGreaterThan(1_000);
    expect(outcomes.every(({ qnameLen, flags, transport }) => qnameLen < 256 && flags < 32 && transport < 256)).toBe(
      true,
    );
  });

  it('a flood of queries that nobody answers fills what may wait, and no more', () => {
    const tap = new Tap(createZoneFinder(ZONES), () => undefined);
    const frame = Uint8Array.from(new FrameReader().push(recording('knot-400')).find(isData)?.payload ?? []);
    const message = readTapMessage(frame);
    const id = message?.queryMessage?.from ?? Number.NaN;
    const address = message?.queryAddress.from ?? Number.NaN;
    for (let i = 0; i < 70_000; i += 1) {
      [frame[id], frame[id + 1], frame[address + 3]] = [i & 0xff, (i >> 8) & 0xff, i >> 16];
      tap.take(frame);
    }
    expect(tap.waiting).toBe(WAITING_MAX);
    expect(tap.counts).toMatchObject({ queries: 70_000, unpairedQueries: 70_000 - WAITING_MAX });
  });

  it('streams cut into pieces of any size say the same', () => {
    const bytes = recording('nsd-400');
    for (const pieceBytes of [1, 3, 7, 1_000, 4_096])
      expect(play(bytes, pieceBytes).outcomes).toEqual(play(bytes).outcomes);
  });

  it('streams read into one buffer that is used again say the same', () => {
    const bytes = recording('nsd-400');
    const outcomes: TapOutcome[] = [];
    const tap = new Tap(createZoneFinder(ZONES), (outcome) => outcomes.push(outcome));
    const reader = new FrameReader();
    const buffer = Buffer.alloc(1_000);
    for (let at = 0; at < bytes.length; at += buffer.length) {
      buffer.set(bytes.subarray(at, at + buffer.length));
      const piece = buffer.subarray(0, Math.min(buffer.length, bytes.length - at));
      for (const found of reader.push(piece)) if (isData(found)) tap.take(found.payload);
    }
    tap.end();
    expect(outcomes).toEqual(play(bytes).outcomes);
  });

  it('damaged streams end, within their bounds', () => {
    const next = damage(0x2545f491);
    for (let i = 0; i < 300; i += 1) {
      const bytes = Uint8Array.from(recording('knot-400').subarray(0, 4_000));
      for (let hits = 1 + next(20); hits > 0; hits -= 1) bytes[next(bytes.length)] = next(256);
      expect(play(bytes, 1 + next(2_000)).counts.frames).toBeLessThanOrEqual(1_000);
    }
  });
});
