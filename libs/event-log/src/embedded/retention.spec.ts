import fc from 'fast-check';
import { planRetention, type ChunkState } from './retention.js';

const HOUR = 3_600_000;
const chunk = (id: number, ageHours: number, other: Partial<ChunkState> = {}): ChunkState => ({
  id,
  topic: 'telemetry.outcomes',
  retentionMs: 168 * HOUR,
  isCompacted: false,
  beganAtMs: 1_000 * HOUR - ageHours * HOUR,
  bytes: 100,
  ...other,
});
const plan = (chunks: readonly ChunkState[], bytesMax = 1e6) => planRetention(chunks, 1_000 * HOUR, bytesMax);

describe('planRetention', () => {
  it('drops a chunk when the next one is older than the retention, not before', () => {
    expect(plan([chunk(1, 200), chunk(2, 169), chunk(3, 1)]).drop).toEqual(['telemetry.outcomes']);
    expect(plan([chunk(1, 200), chunk(2, 167), chunk(3, 1)]).drop).toEqual([]);
  });

  it('closes a chunk by age and by size', () => {
    expect(plan([chunk(1, 8)]).rotate).toEqual(['telemetry.outcomes']);
    expect(plan([chunk(1, 6)]).rotate).toEqual([]);
    expect(plan([chunk(1, 1, { bytes: 2_600 })], 100_000).rotate).toEqual(['telemetry.outcomes']);
  });

  it('drops the oldest of all topics first when there is too much, and nothing of a compacted one', () => {
    const zones = { topic: 'registry.zones', isCompacted: true } as const;
    const slots = { topic: 'slots' } as const;
    const chunks = [
      chunk(1, 9, zones),
      chunk(2, 8, zones),
      chunk(3, 7, slots),
      chunk(4, 6),
      chunk(5, 5, slots),
      chunk(6, 1),
    ];
    expect(plan(chunks, 450).drop).toEqual(['slots', 'telemetry.outcomes']);
  });

  it('never drops the newest chunk of a topic, whatever it is asked to fit into', () => {
    const chunks = fc.array(
      fc.record({ ageHours: fc.nat(1_000), bytes: fc.nat(1_000), topic: fc.constantFrom('slots', 'events') }),
    );
    fc.assert(
      fc.property(chunks, fc.nat(2_000), (list, bytesMax) => {
        const states = list
          .toSorted((a, b) => b.ageHours - a.ageHours)
          .map(({ ageHours, ...other }, i) => chunk(i, ageHours, other as Partial<ChunkState>));
        const { drop } = plan(states, bytesMax);
        for (const topic of ['slots', 'events']) {
          const kept = states.filter((s) => s.topic === topic).length - drop.filter((t) => t === topic).length;
          expect(kept).toBeGreaterThanOrEqual(states.some((s) => s.topic === topic) ? 1 : 0);
        }
      }),
    );
  });
});
