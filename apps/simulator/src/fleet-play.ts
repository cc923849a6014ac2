import type { Release } from '#contracts';
import { type BatchEncoding, createAgentStub } from './agent-stub.js';
import type { Clock } from './clock.js';
import type { SimulatedCustomer } from './customers.js';
import type { FleetNode } from './fleet.js';
import type { HttpClient } from './http-client.js';
import { createNodeReporter, type Player } from './node-reporter.js';
import type { Oracle } from './oracle.js';
import { createRandom } from './random.js';
import { createSimulatedNode, type SimulatedNode, type Step } from './simulated-node.js';
import { createZonePicker, rankedZones } from './traffic.js';

/** Keys under which the fleet speaks. */
export interface FleetKeys {
  readonly ofNode: ReadonlyMap<string, string>;
  /** Of the collector that forwards heartbeats and crashes of all nodes. */
  readonly collector: string;
}

/** What a fleet at play is made of. */
export interface FleetPlayOptions {
  readonly fleet: readonly FleetNode[];
  readonly customers: readonly SimulatedCustomer[];
  /** Those delegated to the first cloud. */
  readonly exposed: readonly SimulatedCustomer[];
  readonly release: Release;
  readonly queriesPerSecondPerNode: number;
  readonly seed: number;
  readonly clock: Clock;
  readonly client: HttpClient;
  readonly keys: FleetKeys;
  readonly encoding: BatchEncoding;
  readonly oracle: Oracle;
}

/** A fleet whose resolvers ask all the time. */
export interface FleetPlay {
  readonly node: (nodeId: string) => SimulatedNode | undefined;
  readonly agentBootId: string;
  /** Starts asking; event time runs with the clock from here. */
  readonly start: () => void;
  /** The server of each node crashes at about this moment, and comes back corrupted. */
  readonly corrupt: (nodeIds: readonly string[], atMs: number) => void;
  /** Batches that the server has not answered yet. */
  readonly queued: () => number;
  /** No more questions; what is queued is still sent. */
  readonly stopAsking: () => Promise<void>;
  readonly stop: () => void;
}

/** A batch each 250 ms, as the edge agent does. */
export const STEP_MS = 250;
/** A heartbeat a second: three missing ones are a silent node. */
const HEARTBEAT_EVERY_STEPS = 4;
/** Steps played at once after this process was held up; what is older is skipped, as if nobody had asked. */
const CATCH_UP_STEPS_MAX = 40;
/** The fault is one packet that reaches the nodes one after another. */
const FAULT_SPREAD_MS = 1_000;

const buildPlayers = (options: FleetPlayOptions, agentBootId: string): Player[] => {
  const { fleet, customers, exposed, seed, keys, release, queriesPerSecondPerNode } = options;
  const everywhere = createZonePicker(rankedZones(customers, seed));
  const firstCloud = createZonePicker(rankedZones(exposed, seed));
  return fleet.map((node) => ({
    node: createSimulatedNode({
      node,
      random: createRandom(seed, `node/${node.nodeId}`),
      picker: node.firstCloud ? firstCloud : everywhere,
      queriesPerSecond: queriesPerSecondPerNode,
      release,
      bootId: BigInt(agentBootId) * 1_000n,
    }),
    agent: createAgentStub({ ...options, nodeId: node.nodeId, agentBootId, key: keys.ofNode.get(node.nodeId) ?? '' }),
  }));
};

const customerByZone = (customers: readonly SimulatedCustomer[]): ReadonlyMap<string, string> =>
  new Map(customers.flatMap(({ customerId, zones }) => zones.map((zone) => [zone, customerId] as const)));

interface Crash {
  readonly node: SimulatedNode;
  readonly atMs: number;
}

/** Makes a fleet that waits to be started. */
export const createFleetPlay = (options: FleetPlayOptions): FleetPlay => {
  const { clock, client, keys, oracle, seed, exposed } = options;
  const agentBootId = String(clock.nowMs());
  const players = buildPlayers(options, agentBootId);
  const byId = new Map(players.map((player) => [player.node.nodeId, player]));
  const firstCloudZones = rankedZones(exposed, seed);
  const customerOf = customerByZone(exposed);
  const stopping = new AbortController();
  let playing: Promise<void> = Promise.resolve();
  // One of each node that is struck, at most.
  let crashes: readonly Crash[] = [];

  const reporter = createNodeReporter(client, clock, keys.collector, agentBootId);
  const tellOracle = (step: Step): void => {
    if (step.firstFaultUs === undefined) return;
    oracle.failed(
      step.firstFaultUs,
      [...step.faultZones].map((zone) => customerOf.get(firstCloudZones[zone] ?? '') ?? ''),
    );
  };
  /** Nobody hears of a crash before it happened: neither by a report, nor by the boot id of a heartbeat. */
  const crashUntil = (toMs: number): void => {
    for (const { node, atMs } of crashes.filter((crash) => crash.atMs < toMs)) {
      node.corruptFrom(atMs * 1_000);
      reporter.crash(node, atMs);
    }
    crashes = crashes.filter(({ atMs }) => atMs >= toMs);
  };
  const playStep = (fromMs: number): void => {
    crashUntil(fromMs + STEP_MS);
    for (const { node, agent } of players) {
      const step = node.step(fromMs * 1_000, (fromMs + STEP_MS) * 1_000);
      if (step === undefined) continue;
      tellOracle(step);
      agent.take(step);
    }
  };
  const play = async (startMs: number): Promise<void> => {
    for (let index = 0; !stopping.signal.aborted; index += 1) {
      const behind = Math.floor((clock.nowMs() - startMs) / STEP_MS) - index;
      if (behind > CATCH_UP_STEPS_MAX) index += behind - CATCH_UP_STEPS_MAX;
      await clock.sleep(startMs + (index + 1) * STEP_MS - clock.nowMs(), stopping.signal);
      if (stopping.signal.aborted) return;
      playStep(startMs + index * STEP_MS);
      if (index % HEARTBEAT_EVERY_STEPS === 0) reporter.heartbeats(players);
    }
  };
  return {
    node: (nodeId) => byId.get(nodeId)?.node,
    agentBootId,
    start: () => {
      playing = play(clock.nowMs());
    },
    corrupt: (nodeIds, atMs) => {
      const random = createRandom(seed, 'fault');
      crashes = nodeIds
        .flatMap((nodeId) => byId.get(nodeId)?.node ?? [])
        .map((node) => ({ node, atMs: Math.floor(atMs + random.next() * FAULT_SPREAD_MS) }));
    },
    queued: () => players.reduce((sum, { agent }) => sum + agent.queued(), 0),
    stopAsking: async () => {
      stopping.abort();
      await playing;
    },
    stop: () => {
      stopping.abort();
      for (const { agent } of players) agent.stop();
    },
  };
};
