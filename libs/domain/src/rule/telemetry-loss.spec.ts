import { DEFAULT_RULES } from '#testing';
import { type Event, TICK_MS } from '#contracts';
import type { PartitionTick, TelemetryGap } from '../window/partition-tick.js';
import { createSlidingWindows } from '../window/sliding-windows.js';
import { windowsOf } from './engine.js';
import { createEngine } from './rules-engine.js';
import type { EvolvedEvent } from './decider-state.js';

const options = {
  rules: DEFAULT_RULES,
  catalogue: { nodes: [], customers: [] },
  hash: (text: string) => text,
  sha256: (text: string) => text,
};

const RETENTION: TelemetryGap = { kind: 'records', from: 500, to: 1_500, cause: 'retention' };

const tickOf = (tick: number, gaps: readonly TelemetryGap[], partition = 0): PartitionTick => ({
  topic: 'telemetry.outcomes',
  partition,
  incarnation: 1,
  tick,
  nextOffset: 1_500,
  slots: [],
  nodes: [],
  reports: [],
  signals: [],
  ...(gaps.length === 0 ? {} : { gaps }),
});

/** An engine whose decisions are recorded; `restart` keeps the events alone. */
const openEngine = () => {
  const versions = new Map<string, number>();
  const recorded: EvolvedEvent[] = [];
  let engine = createEngine(options, createSlidingWindows(windowsOf(options)));
  const record = (stream: string, event: Event): Event => {
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    recorded.push({ stream, version, event });
    engine.evolve({ stream, version, event });
    return event;
  };
  return {
    play: (tick: number, ...parts: readonly PartitionTick[]): readonly Event[] => {
      for (const part of parts) engine.apply(part);
      return engine.evaluate(tick).flatMap(({ stream, events }) => events.map((event) => record(stream, event)));
    },
    restart: (): void => {
      engine = createEngine(options, createSlidingWindows(windowsOf(options)));
      for (const each of recorded) engine.evolve(each);
    },
  };
};

describe('lost telemetry', () => {
  it('P2: given 1,000 records that retention took, when they are told, then one warning names exactly them', () => {
    const engine = openEngine();
    expect(engine.play(1, tickOf(1, []))).toEqual([]);
    const told = engine.play(2, tickOf(2, [RETENTION]));
    expect(told).toMatchObject([
      {
        type: 'AlertFired',
        data: {
          rule: 'telemetry_lost',
          severity: 'warning',
          scope: 'partition',
          key: 'telemetry.outcomes/0',
          reason: {
            value: 1_000,
            text: '1000 records of telemetry.outcomes/0 lost: retention of offsets 500 to 1499',
          },
          // The end of the very tick that tells it: P2 allows one window and 5 s.
          at: 3 * TICK_MS,
        },
      },
    ]);
  });

  it('P2: given batches that are missing, then the node is named, with outcomes where it said how many', () => {
    const missing = (outcomes: number | null): TelemetryGap => ({
      kind: 'batches',
      nodeId: 'n7',
      batches: 3,
      outcomes,
    });
    const textOf = (gap: TelemetryGap) => openEngine().play(1, tickOf(1, [gap]));
    expect(textOf(missing(120))).toMatchObject([
      { data: { scope: 'node', key: 'n7', reason: { value: 3, text: '3 batches of n7 missing, 120 outcomes' } } },
    ]);
    expect(textOf(missing(null))).toMatchObject([
      { data: { reason: { text: '3 batches of n7 missing, outcomes in them unknown' } } },
    ]);
  });

  it('given a loss told again and again, then it fires once, and resolves when it is listed no more', () => {
    const engine = openEngine();
    engine.play(1, tickOf(1, [RETENTION]));
    expect(engine.play(2, tickOf(2, [RETENTION]))).toEqual([]);
    expect(engine.play(3)).toEqual([]);
    expect(engine.play(4, tickOf(4, [], 1))).toEqual([]);
    expect(engine.play(5, tickOf(5, []))).toMatchObject([{ type: 'AlertResolved', data: { reason: { value: 0 } } }]);
    expect(engine.play(6, tickOf(6, [RETENTION]))).toMatchObject([{ type: 'AlertFired' }]);
  });

  it('given a restart, when nothing is heard of the partition yet, then the alert stays', () => {
    const engine = openEngine();
    engine.play(1, tickOf(1, [RETENTION]));
    engine.restart();
    expect(engine.play(2, tickOf(2, [], 1))).toEqual([]);
    expect(engine.play(3, tickOf(3, [RETENTION]))).toEqual([]);
    expect(engine.play(4, tickOf(4, []))).toMatchObject([{ type: 'AlertResolved' }]);
  });

  it('given many ranges, then all are counted and some are spelled out', () => {
    const gaps = Array.from({ length: 20 }, (_, index): TelemetryGap => ({
      kind: 'records',
      from: index * 10,
      to: index * 10 + 5,
      cause: 'hole',
    }));
    const [fired] = openEngine().play(1, tickOf(1, gaps));
    expect(fired).toMatchObject({ data: { reason: { value: 100, text: expect.stringMatching(/, 16 ranges more$/) } } });
  });
});
