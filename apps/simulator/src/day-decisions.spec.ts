import { createHash } from 'node:crypto';
import {
  type CommandAnswer,
  type Event,
  type EventOf,
  type EventType,
  releaseName,
  type Signal,
  SLOT_MS,
  TICK_MS,
} from '#contracts';
import {
  createEngine,
  createSlidingWindows,
  createSlotFold,
  DEFAULT_RULES,
  type PartitionTick,
  windowsOf,
} from '#domain';
import { CUSTOMERS } from './customers.js';
import { exposedCustomers } from './exposure.js';
import { BAD_RELEASE, buildFleet, GOOD_RELEASE, rolloutBatches } from './fleet.js';
import { createOracle, type Oracle } from './oracle.js';
import { createRandom } from './random.js';
import { createSimulatedNode, type SimulatedNode } from './simulated-node.js';
import { createZonePicker, rankedZones } from './traffic.js';

const START_MS = Date.UTC(2021, 6, 22, 11, 46, 52);
const LEAD_TICKS = 8_000 / TICK_MS;
const RESTART_TICKS = 1_000 / TICK_MS;
const VERIFY_MS = 3_000;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Told {
  readonly atMs: number;
  readonly event: Event;
}

/** The day in event time: simulated nodes, the fold and the rules of the product, and nothing in between. */
const playDecisions = (seed: number, seconds: number): { told: Told[]; oracle: Oracle; exposed: Set<string> } => {
  const fleet = buildFleet(48);
  const exposed = exposedCustomers(CUSTOMERS, seed);
  const pickers = [createZonePicker(rankedZones(CUSTOMERS, seed)), createZonePicker(rankedZones(exposed, seed))];
  const batches = rolloutBatches(fleet);
  const nodes = new Map<string, SimulatedNode>(
    fleet.map((node) => {
      const picker = pickers[node.firstCloud ? 1 : 0];
      if (picker === undefined) throw new Error('no picker');
      const random = createRandom(seed, node.nodeId);
      const release = node.firstCloud ? BAD_RELEASE : GOOD_RELEASE;
      return [node.nodeId, createSimulatedNode({ node, random, picker, queriesPerSecond: 200, release, bootId: 1n })];
    }),
  );
  const customerOf = new Map(CUSTOMERS.flatMap(({ customerId, zones }) => zones.map((zone) => [zone, customerId])));
  const fold = createSlotFold({
    catalogue: { customerOf: (zone) => customerOf.get(zone), version: () => 1 },
    openSlots: 60,
    zonesMax: 1_000,
  });
  const options = {
    rules: DEFAULT_RULES,
    catalogue: { customers: CUSTOMERS, nodes: fleet },
    settings: { verifyMs: VERIFY_MS },
    hash: (text: string) => sha256(text).slice(0, 16),
    sha256,
  };
  const engine = createEngine(options, createSlidingWindows(windowsOf(options)));
  const oracle = createOracle();
  const told: Told[] = [];
  const versions = new Map<string, number>();
  const watermarks = new Map<string, number>();
  let due: { readonly tick: number; readonly act: () => CommandAnswer[] }[] = [];
  let answers: CommandAnswer[] = [];
  let signals: Signal[] = batches.map((batch, index) => ({
    type: 'deploy',
    rolloutId: 'rollout-1',
    service: 'edge-dns',
    release: BAD_RELEASE,
    previous: GOOD_RELEASE,
    stage: `batch-${index + 1}`,
    nodes: batch.map(({ nodeId }) => nodeId),
    atUs: START_MS * 1_000,
  }));

  const obey = ({ command }: EventOf<'CommandIssued'>['data'], tick: number, nowMs: number): void => {
    const { commandId, generation, audience, to } = command;
    for (const nodeId of audience) nodes.get(nodeId)?.stop();
    const answer = (nodeId: string, status: 'accepted' | 'done'): CommandAnswer => ({
      type: 'answer',
      nodeId,
      agentBootId: '1',
      atUs: nowMs * 1_000,
      commandId,
      generation,
      status,
      detail: '',
    });
    answers.push(...audience.map((nodeId) => answer(nodeId, 'accepted')));
    const act = (): CommandAnswer[] =>
      audience.map((nodeId) => {
        nodes.get(nodeId)?.start(to);
        return { ...answer(nodeId, 'done'), ...to };
      });
    due.push({ tick: tick + RESTART_TICKS, act });
  };
  const take = (stream: string, event: Event, tick: number, nowMs: number): void => {
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    engine.evolve({ stream, version, event });
    told.push({ atMs: nowMs, event });
    if (event.type === 'CommandIssued') obey(event.data, tick, nowMs);
  };
  const partOf = (tick: number, fromMs: number): PartitionTick => {
    const seen = [...nodes.values()].flatMap((node) => {
      const step = node.step(fromMs * 1_000, (fromMs + TICK_MS) * 1_000);
      if (step === undefined) return [];
      if (step.firstFaultUs !== undefined)
        oracle.failed(
          step.firstFaultUs,
          [...step.faultZones].map((zone) => customerOf.get(pickers[1]?.zones[zone] ?? '') ?? ''),
        );
      const { watermarkUs } = fold.fold({ ...step.batch, agentBootId: '1', seq: 1, published: 0 }, fromMs + TICK_MS);
      watermarks.set(node.nodeId, watermarkUs ?? 0);
      const { nodeId, pop, region } = node;
      return [{ nodeId, pop, region, release: releaseName(node.release()), watermarkUs: watermarkUs ?? 0 }];
    });
    const newest = Math.floor((fromMs + TICK_MS - 1) / SLOT_MS);
    const slots = fold.takeChanged({ closedBefore: newest - 60 });
    fold.takeDelta(() => undefined);
    const part = { topic: 'telemetry.outcomes' as const, partition: 0, incarnation: 1, tick, nextOffset: tick };
    const reports = answers;
    [answers] = [[]];
    const given = signals;
    signals = [];
    return { ...part, slots, nodes: seen, reports, signals: given };
  };
  for (let step = 0; step < (seconds * 1_000) / TICK_MS; step += 1) {
    const fromMs = START_MS + step * TICK_MS;
    const tick = fromMs / TICK_MS;
    if (step === LEAD_TICKS) for (const { nodeId } of batches.flat()) nodes.get(nodeId)?.corruptFrom(fromMs * 1_000);
    for (const each of due.filter((action) => action.tick <= tick)) answers.push(...each.act());
    due = due.filter((action) => action.tick > tick);
    engine.apply(partOf(tick, fromMs));
    for (const { stream, events } of engine.evaluate(tick))
      for (const event of events) take(stream, event, tick, fromMs + TICK_MS);
  }
  return { told, oracle, exposed: new Set(exposed.map(({ customerId }) => customerId)) };
};

const all = <T extends EventType>(told: readonly Told[], type: T): { atMs: number; data: EventOf<T>['data'] }[] =>
  told
    .filter(({ event }) => event.type === type)
    .map(({ atMs, event }) => ({ atMs, data: event.data as EventOf<T>['data'] }));

describe('the day, decided in event time', () => {
  const { told, oracle, exposed } = playDecisions(20_210_722, 40);
  const faultMs = oracle.firstFailureMs() ?? Number.NaN;
  const alerts = all(told, 'AlertFired');

  it('R104: the bad cohort is detected within a second of the first failure, and before the fleet', () => {
    expect((alerts[0]?.atMs ?? Number.NaN) - faultMs).toBeLessThan(1_000);
    expect(alerts[0]?.data).toMatchObject({ scope: 'release_region' });
    expect(alerts[0]?.data.key).toContain(releaseName(BAD_RELEASE));
  });

  it('no alert before the fault, none on the sound release', () => {
    expect(alerts.filter(({ atMs }) => atMs < faultMs)).toEqual([]);
    const cohorts = alerts
      .filter(({ data }) => data.scope === 'release_region')
      .map(({ data }) => data.key.split('|')[0]);
    expect(new Set(cohorts)).toEqual(new Set([releaseName(BAD_RELEASE)]));
  });

  it('R107: one incident, one rollback, decided within 5 s; its waves are the nodes of the bad release and no others', () => {
    expect(all(told, 'IncidentOpened')).toHaveLength(1);
    const [decided, ...more] = all(told, 'RollbackDecided');
    expect(more).toEqual([]);
    expect((decided?.atMs ?? Number.NaN) - faultMs).toBeLessThan(5_000);
    const bad = buildFleet(48).filter((node) => node.firstCloud);
    expect(decided?.data.waves.flat().toSorted()).toEqual(bad.map(({ nodeId }) => nodeId).toSorted());
  });

  it('R110: every wave is verified and the rollback completes within 30 s', () => {
    const [completed] = all(told, 'RollbackCompleted');
    expect((completed?.atMs ?? Number.NaN) - faultMs).toBeLessThan(30_000);
    expect(all(told, 'WaveVerified')).toHaveLength(all(told, 'RollbackDecided')[0]?.data.waves.length ?? -1);
  });

  it('R67-R69, R109: within 15 s nine of ten exposed customers are found, and nobody who was not hurt', () => {
    const seen = all(told, 'IncidentImpactChanged').filter(({ atMs }) => atMs - faultMs <= 15_000);
    const affected = Math.max(...seen.map(({ data }) => data.impact.affectedCustomers));
    expect(affected).toBeGreaterThanOrEqual(0.9 * exposed.size);
    expect(affected).toBeLessThanOrEqual(oracle.affected().size);
    expect([...oracle.affected()].filter((customerId) => !exposed.has(customerId))).toEqual([]);
    const tops = all(told, 'IncidentImpactChanged').flatMap(({ data }) => data.impact.top);
    expect(tops.filter(({ customerId }) => !exposed.has(customerId))).toEqual([]);
  });

  it('B1: the same seed decides the same, event by event', () => {
    expect(playDecisions(20_210_722, 14).told).toEqual(told.filter(({ atMs }) => atMs <= START_MS + 14_000));
  });
});
