import { CONTENT_TYPE, decoderFor, encodeProtobuf, OUTCOME } from '#contracts';
import { CUSTOMERS } from './customers.js';
import { BAD_RELEASE, buildFleet, GOOD_RELEASE } from './fleet.js';
import { createRandom } from './random.js';
import { createSimulatedNode, type SimulatedNode, type Step } from './simulated-node.js';
import { createZonePicker, rankedZones } from './traffic.js';

const T0_US = 1_626_954_412_000_000;
const STEP_US = 250_000;
const picker = createZonePicker(rankedZones(CUSTOMERS, 1));
const makeNode = (seed: number): SimulatedNode => {
  const [node] = buildFleet(48);
  if (node === undefined) throw new Error('an empty fleet');
  const random = createRandom(seed, 'node');
  return createSimulatedNode({ node, random, picker, queriesPerSecond: 200, release: BAD_RELEASE, bootId: 10n });
};
const play = (node: SimulatedNode, from: number, to: number): (Step | undefined)[] =>
  Array.from({ length: to - from }, (_, index) =>
    node.step(T0_US + (from + index) * STEP_US, T0_US + (from + index + 1) * STEP_US),
  );
const successOf = (steps: readonly (Step | undefined)[]): number => {
  const good = steps.reduce((sum, step) => sum + (step?.good ?? 0), 0);
  return good / (good + steps.reduce((sum, step) => sum + (step?.bad ?? 0), 0));
};

describe('a simulated node', () => {
  it('the same seed plays the same day, another one another day', () => {
    expect(play(makeNode(1), 0, 8)).toEqual(play(makeNode(1), 0, 8));
    expect(play(makeNode(1), 0, 8)).not.toEqual(play(makeNode(2), 0, 8));
  });

  it('columns agree in length, and every outcome lies within the step in which it was observed', () => {
    for (const step of play(makeNode(1), 0, 40)) {
      const batch = step?.batch;
      if (batch === undefined) throw new Error('a step without outcomes');
      const lengths = [batch.dtUs, batch.zoneIx, batch.latencyUs, batch.outcome, batch.qtype, batch.rcode].map(
        (column) => column.length,
      );
      expect(new Set(lengths)).toEqual(new Set([batch.n]));
      expect(Math.max(...batch.dtUs)).toBeLessThan(STEP_US);
      expect(Math.max(...batch.zoneIx)).toBe(batch.zones.length - 1);
    }
  });

  it('every batch passes the decoder that the gateway checks with', () => {
    const decoder = decoderFor(CONTENT_TYPE.protobuf);
    const node = makeNode(1);
    node.corruptFrom(T0_US + 10 * STEP_US);
    play(node, 0, 80).forEach((step, index) => {
      if (step === undefined) throw new Error('a step without outcomes');
      const batch = { ...step.batch, agentBootId: '9', seq: index + 1, published: 0 };
      expect(decoder?.decode(encodeProtobuf(batch))).toEqual(batch);
    });
  });

  it('R118, R119: from the moment of the fault first wrong NXDOMAIN, then also timeouts; success ends at 23 %', () => {
    const node = makeNode(1);
    const before = play(node, 0, 20);
    const faultUs = T0_US + 20 * STEP_US;
    node.corruptFrom(faultUs);
    const first = play(node, 20, 24);
    play(node, 24, 44);
    const later = play(node, 44, 84);
    expect(before.every((step) => step?.firstFaultUs === undefined)).toBe(true);
    expect(first[0]?.firstFaultUs).toBeGreaterThanOrEqual(faultUs);
    const kinds = (steps: readonly (Step | undefined)[]) =>
      new Set(steps.flatMap((step) => [...(step?.batch.outcome ?? [])]));
    expect(kinds(first)).toContain(OUTCOME.wrong_answer);
    expect(kinds(first)).not.toContain(OUTCOME.timeout);
    expect(kinds(later)).toContain(OUTCOME.timeout);
    expect(Math.abs(successOf(later) - 0.23)).toBeLessThan(0.03);
  });

  it('R110: stopped it answers nothing, and started on the good release it is well, under a new boot id', () => {
    const node = makeNode(1);
    node.corruptFrom(T0_US);
    play(node, 0, 10);
    const bootId = node.serverBootId();
    node.stop();
    expect(play(node, 10, 14)).toEqual([undefined, undefined, undefined, undefined]);
    node.start(GOOD_RELEASE);
    const after = play(node, 14, 54);
    expect(successOf(after)).toBeGreaterThan(0.99);
    expect(after.every((step) => step?.firstFaultUs === undefined)).toBe(true);
    expect(after[1]?.batch).toMatchObject({ ...GOOD_RELEASE, serverBootId: node.serverBootId() });
    expect(node.serverBootId()).not.toBe(bootId);
  });
});
