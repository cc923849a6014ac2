import { TICK_MS } from '#contracts';
import { QUIET_TICKS, type SlotState, type TakeChanged, TickBuilder, tickOf } from '#domain';
import { makeBatch } from './fleet-history.fixture.js';

const SOURCE = { topic: 'telemetry.outcomes', partition: 2, incarnation: 3 } as const;
const SLOT: SlotState = { slot: 1, closed: false, block: new Map() };

/** A builder over a fold that has one slot to tell whenever it is asked, and remembers how it was asked. */
const build = (lastTick?: number, slots: readonly SlotState[] = [SLOT]) => {
  const asked: TakeChanged[] = [];
  const takeChanged = (take: TakeChanged): readonly SlotState[] => {
    asked.push(take);
    return slots;
  };
  const builder = new TickBuilder(SOURCE, { takeChanged }, { nextOffset: 100, lastTick });
  return { builder, asked };
};
const shown = (parts: ReturnType<TickBuilder['closeBefore']>) =>
  parts.map(({ tick, nextOffset, slots, nodes }) => `${tick}<${nextOffset} ${slots.length} ${nodes.length}`);
const batch = (nodeId: string, softwareVersion = 'v1') => makeBatch({ nodeId, seq: 1, t0Us: 0, softwareVersion });

describe('the ticks of a partition', () => {
  it('a record belongs to the tick of its append time, the boundary to the later one', () => {
    expect([tickOf(7 * TICK_MS - 1), tickOf(7 * TICK_MS)]).toEqual([6, 7]);
  });

  it('a tick is told when a record of a later one arrives, with the offset after its last record', () => {
    const { builder } = build();
    builder.begin(100, 7);
    builder.begin(101, 7);
    builder.see(batch('n1'), 5);
    expect(builder.closeBefore(7)).toEqual([]);
    expect(builder.isAtBoundary).toBe(false);
    expect(builder.closeBefore(9)).toEqual([
      {
        ...SOURCE,
        tick: 7,
        nextOffset: 102,
        slots: [SLOT],
        nodes: [{ nodeId: 'n1', pop: 'fra1', region: 'europe', release: 'v1+c1', watermarkUs: 5 }],
        reports: [],
        signals: [],
      },
    ]);
    expect(builder.isAtBoundary).toBe(true);
    expect(builder.closeBefore(9)).toEqual([]);
  });

  it('passing time tells the open tick, and that there is nothing up to now, once', () => {
    const { builder, asked } = build();
    builder.begin(100, 7);
    expect(shown(builder.passTo(7))).toEqual([]);
    expect(shown(builder.passTo(10))).toEqual(['7<101 1 0', '9<101 0 0']);
    expect(shown(builder.passTo(10))).toEqual([]);
    expect(shown(builder.passTo(11))).toEqual(['10<101 0 0']);
    expect(asked).toHaveLength(1);
  });

  it('an open tick is not passed over', () => {
    const { builder } = build();
    expect(shown(builder.passTo(7))).toEqual(['6<100 0 0']);
    builder.begin(100, 7);
    expect(shown(builder.passTo(7))).toEqual([]);
  });

  it('when a partition falls quiet its newest slots are told in full, in one tick, however time is noticed', () => {
    const quiet = 7 + QUIET_TICKS;
    const byRecord = build();
    byRecord.builder.begin(100, 7);
    expect(shown(byRecord.builder.closeBefore(quiet + 5))).toEqual(['7<101 1 0', `${quiet}<101 1 0`]);
    const byTime = build();
    byTime.builder.begin(100, 7);
    byTime.builder.passTo(quiet);
    expect(shown(byTime.builder.passTo(quiet + 1))).toEqual([`${quiet}<101 1 0`]);
    expect(byTime.asked.at(-1)?.settledBefore).toBe(Number.POSITIVE_INFINITY);
    expect(shown(byTime.builder.passTo(quiet + 2))).toEqual([`${quiet + 1}<101 0 0`]);
    const restarted = build(7);
    expect(shown(restarted.builder.closeBefore(quiet + 5))).toEqual([`${quiet}<100 1 0`]);
  });

  it('a record in time keeps it from being quiet, and a fold with nothing to tell says nothing', () => {
    const { builder } = build();
    builder.begin(100, 7);
    builder.closeBefore(9);
    builder.begin(101, 7 + QUIET_TICKS);
    expect(shown(builder.closeBefore(8 + QUIET_TICKS))).toEqual([`${7 + QUIET_TICKS}<102 1 0`]);
    expect(shown(build(7, []).builder.closeBefore(100))).toEqual([]);
  });

  it('a node is told once a tick, with the batch that brought it furthest', () => {
    const { builder } = build();
    builder.begin(100, 7);
    builder.see(batch('n1'), 5);
    builder.see(batch('n1', 'v2'), 9);
    builder.see(batch('n1', 'v3'), 8);
    builder.see(batch('n2'), undefined);
    const [part] = builder.closeBefore(8);
    expect(part?.nodes.map(({ nodeId, release, watermarkUs }) => [nodeId, release, watermarkUs])).toEqual([
      ['n1', 'v2+c1', 9],
    ]);
  });

  it('should append time go back, the record belongs to the next tick that is not told', () => {
    const { builder } = build();
    builder.passTo(20);
    builder.begin(100, 7);
    expect(shown(builder.closeBefore(21))).toEqual(['20<101 1 0']);
  });
});
