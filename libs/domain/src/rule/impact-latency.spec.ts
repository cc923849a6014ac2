import { DEFAULT_RULES } from '#testing';
import { event, isRefusal, type OutcomeBatch, releaseName, TICK_MS } from '#contracts';
import { createSlotFold } from '../window/create-slot-fold.js';
import { createSlidingWindows } from '../window/sliding-windows.js';
import { batchOf, customerOf, FIRST_SLOT, type OneOutcome } from '../window/slot-fold.fixture.js';
import { decodeTick, encodeTick } from '../window/tick-codec.js';
import { windowsOf } from './engine.js';
import { createEngine } from './rules-engine.js';

const FIRST_TICK = (FIRST_SLOT * 1_000) / TICK_MS;
const PER_TICK = 60;
const GOOD = 0;
const BAD = 10;
const HEALTHY_S = 30;
/** R12: from the first failing outcome to the figure of customers hurt, event time. */
const LATENCY_MAX_MS = 15_000;

const options = {
  rules: DEFAULT_RULES,
  catalogue: {
    nodes: [{ nodeId: 'n0', pop: 'fra1', region: 'europe' }],
    customers: ['bank', 'shop'].map((customerId) => ({
      customerId,
      name: customerId,
      tier: 'tier1' as const,
      critical: false,
    })),
  },
  hash: (text: string) => text,
  sha256: (text: string) => text,
};

/** A node's outcomes of one tick, half for the bank and half for the shop. */
const batchAt = (tick: number, shopCode: number): OutcomeBatch =>
  batchOf(
    Array.from({ length: PER_TICK }, (_unused, index): OneOutcome => {
      const isShop = index % 2 === 1;
      return {
        node: 0,
        release: 'v1',
        atUs: tick * TICK_MS * 1_000 + index,
        zone: isShop ? 'c.example' : 'a.example',
        code: isShop ? shopCode : GOOD,
        latencyUs: 1_000,
        weight: 1,
      };
    }),
  );

/** The whole path without its processes: outcomes, cells, bytes of `slots`, windows, decisions. */
const createPath = () => {
  const fold = createSlotFold({ catalogue: { customerOf, version: () => 1 }, openSlots: 60, zonesMax: 100 });
  const engine = createEngine(options, createSlidingWindows(windowsOf(options)));
  return (tick: number, batch: OutcomeBatch) => {
    const { watermarkUs = 0 } = fold.fold(batch, (tick + 1) * TICK_MS);
    const { nodeId, pop, region } = batch;
    const told = encodeTick({
      topic: 'telemetry.outcomes',
      partition: 0,
      incarnation: 1,
      tick,
      nextOffset: tick,
      slots: fold.takeChanged({ closedBefore: 0 }),
      nodes: [{ nodeId, pop, region, release: releaseName(batch), watermarkUs }],
      reports: [],
      signals: [],
    });
    const part = decodeTick(told);
    if (isRefusal(part)) throw new Error(part.detail);
    engine.apply(part);
    return engine.evaluate(tick).flatMap(({ events }) => events);
  };
};

describe('impact', () => {
  it('R12: is known within 15 s of event time after the first failing outcome, and names who is hurt alone', () => {
    const play = createPath();
    const failsFrom = FIRST_TICK + (HEALTHY_S * 1_000) / TICK_MS;
    for (let tick = FIRST_TICK; tick < failsFrom; tick += 1) expect(play(tick, batchAt(tick, GOOD))).toEqual([]);
    let tick = failsFrom;
    let opened: ReturnType<typeof event> | undefined;
    for (; opened === undefined && (tick - failsFrom) * TICK_MS <= LATENCY_MAX_MS; tick += 1)
      opened = play(tick, batchAt(tick, BAD)).find(({ type }) => type === 'IncidentOpened');
    expect(opened).toMatchObject({
      data: { impact: { affectedCustomers: 1, score: 100, top: [{ customerId: 'shop' }] } },
    });
  });
});
