import { CONTENT_TYPE, HEADER } from '#contracts';
import { COUNT, decodeOwnBlock } from '#domain';
import type { LogRecord } from '#event-log';
import { catalogue, makeBatch, recordOf } from './fleet-history.fixture.js';
import { PartitionState } from './partition-state.js';
import { policyOf } from './tagged.fixture.js';
import { unreadPartition } from './partition-state.fixture.js';

const AT_MS = Date.UTC(2026, 0, 5, 10);
const place = { topic: 'telemetry.outcomes', partition: 0, offset: 0, appendedAtMs: AT_MS } as const;
const newState = (): PartitionState => new PartitionState(unreadPartition(), catalogue, policyOf({}, false));

describe('a dead letter', () => {
  const sound = recordOf(makeBatch({ nodeId: 'n1', seq: 1, t0Us: AT_MS * 1_000 }));
  const zone = `"${'\\u0001'.repeat(40_000)}"`;
  it.each([
    ['a zone', { value: new TextEncoder().encode(`{"zones":[${zone}],"dt_us":[]}`) }, CONTENT_TYPE.jsonColumns],
    ['a key', { key: 'k'.repeat(200_000) }, CONTENT_TYPE.protobuf],
    ['a content type', {}, 'x'.repeat(200_000)],
  ])('does not grow by citing %s that is as large as a record may be', (_what, changes, contentType) => {
    const record: LogRecord = { ...place, ...sound, ...changes, headers: { [HEADER.contentType]: contentType } };
    const letter = newState().add(record);
    expect(letter?.value).toBe(record.value);
    expect(letter?.headers?.[HEADER.detail]?.length).toBeLessThanOrEqual(1_000);
  });
});

describe('slots in memory', () => {
  it('are bounded while one tick brings hours of a spool, oldest first', () => {
    const state = newState();
    const [spoolS, stepS] = [2 * 3_600, 60];
    let most = 0;
    for (let seq = 1; seq <= spoolS / stepS; seq += 1) {
      const t0Us = (AT_MS - (spoolS - seq * stepS) * 1_000 - 60_000) * 1_000;
      const dtUs = Array.from({ length: stepS }, (_unused, second) => second * 1_000_000);
      state.add({ ...place, headers: {}, ...recordOf(makeBatch({ nodeId: 'n1', seq, t0Us }, dtUs)), offset: seq - 1 });
      most = Math.max(most, state.slots);
    }
    expect(most).toBeLessThanOrEqual(400);
  });

  const addBatches = (
    state: PartitionState,
    batches: number,
    dtUs: readonly number[],
    t0OfUs: (seq: number) => number,
  ) => {
    for (let seq = 1; seq <= batches; seq += 1)
      state.add({
        ...place,
        headers: {},
        ...recordOf(makeBatch({ nodeId: 'n1', seq, t0Us: t0OfUs(seq) }, dtUs)),
        offset: seq - 1,
      });
    state.passTo(AT_MS + 1_000);
    const fleet = state.takeFlush()?.segments.filter(({ family }) => family === 'fleet') ?? [];
    return fleet.map(({ firstOffset, nextOffset, body }) => ({
      run: [firstOffset, nextOffset],
      good: decodeOwnBlock(body).get('fleet')!.counts[COUNT.good]!,
    }));
  };

  it('are packed while a flush waits when they take much memory', () => {
    const state = new PartitionState(unreadPartition(), catalogue, policyOf({}, false), 100_000);
    const segments = addBatches(state, 15, [0, 0, 0], (seq) => (AT_MS - seq * 1_000) * 1_000);
    const runs = new Set(segments.map(({ run }) => run.join('-')));
    expect(runs.size).toBeGreaterThan(1);
    expect(segments).toHaveLength(15);
    expect(segments.every(({ good }) => good === 3)).toBe(true);
  });

  it('are written in one piece when many outcomes fall into the same cells', () => {
    const dtUs = Array.from({ length: 10_000 }, () => 0);
    const segments = addBatches(newState(), 120, dtUs, () => AT_MS * 1_000);
    expect(segments).toEqual([{ run: [0, 120], good: 1_200_000 }]);
  });
});
