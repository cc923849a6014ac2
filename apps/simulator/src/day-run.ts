import type { KeyObject } from 'node:crypto';
import { type RecordedEvent, type Release, releaseName } from '#contracts';
import type { BatchEncoding } from './agent-stub.js';
import { type Clock, waitFor } from './clock.js';
import { CUSTOMERS } from './customers.js';
import { dayClock, type PlayedLine } from './day-lines.js';
import {
  compareCounts,
  createDayEvents,
  type DayEvents,
  type DayResult,
  type Moments,
  resultOf,
} from './day-record.js';
import { createAnswerReport, type DayKeys, setUpDay } from './day-set-up.js';
import { tellCommand, tellEvent, type Telling, tellPage } from './day-watch.js';
import { exposedCustomers } from './exposure.js';
import { BAD_RELEASE, buildFleet, type FleetNode, GOOD_RELEASE } from './fleet.js';
import { createFleetPlay, type FleetPlay } from './fleet-play.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { createOracle, type Oracle } from './oracle.js';
import { vouchForGood } from './pre-flight.js';
import type { Receiver } from './receiver.js';
import { playQuietHours } from './rollout-play.js';
import { createTocsinApi, isEvent, type NodeCounters, type TocsinApi } from './tocsin-api.js';

/** What a day is played with. */
export interface DayOptions {
  readonly url: string;
  readonly adminKey: string;
  /** Of the server's command key. */
  readonly publicKey: KeyObject;
  readonly receiver: Receiver;
  readonly seed: number;
  readonly nodes: number;
  /** The release is declared and stands on one node; else on a quarter of the fleet, as in 2021. */
  readonly isCanary?: boolean;
  readonly queriesPerSecondPerNode: number;
  readonly clock: Clock;
  readonly encoding: BatchEncoding;
  /** How long the fleet is well before the fault: long enough for the windows to know what normal is. */
  readonly leadMs: number;
  /** How long to wait for the recovery, from the fault on. */
  readonly recoveryBoundMs: number;
  readonly onLine: (line: PlayedLine) => void;
  /** Nobody answers the page: somebody else acknowledges, or the escalation goes on. */
  readonly isEngineerAway?: boolean;
  /** Waited for when the fleet is at play and well; the lead begins after it. */
  readonly beforeLead?: (keys: DayKeys) => Promise<void>;
}

/** A day after its recovery, or after the wait for it. The fleet is still at play. */
export interface PlayedDay {
  readonly recovered: boolean;
  /** The nodes that had the bad release when it failed. */
  readonly struck: readonly string[];
  readonly keys: DayKeys;
  /** The fleet, still at play. */
  readonly play: FleetPlay;
  readonly oracle: Oracle;
  /** What is known now; nothing is waited for. */
  readonly moments: () => Moments;
  /** Alerts that no fault explains, in words. */
  readonly falseAlerts: () => readonly string[];
  /** Ends the questions, waits until what was sent is counted, and computes the result. */
  readonly finish: () => Promise<DayResult>;
  readonly stop: () => void;
}

/** How long the engineer takes to reach for the phone. */
const ACKNOWLEDGE_AFTER_MS = 2_000;
/** One long poll of events. */
const EVENT_WAIT_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** For the queues of the agents to empty, and for the last flush of the server to be counted. */
const DRAIN_BOUND_MS = 30_000;
const COUNT_BOUND_MS = 20_000;
const COUNT_EVERY_MS = 500;

interface Scene extends DayOptions {
  readonly client: HttpClient;
  readonly api: TocsinApi;
  readonly fleet: readonly FleetNode[];
  readonly keys: DayKeys;
  readonly play: FleetPlay;
  readonly oracle: Oracle;
  readonly events: DayEvents;
  readonly ended: AbortController;
}

const setScene = async (options: DayOptions): Promise<Scene> => {
  const { url, adminKey, clock, nodes, seed, receiver, publicKey } = options;
  const client = createHttpClient(url);
  const api = createTocsinApi(client, clock, adminKey);
  const fleet = buildFleet(nodes);
  const keys = await setUpDay(api, fleet);
  await vouchForGood({ api, keys }, nodes, clock.nowMs());
  const oracle = createOracle();
  const exposed = exposedCustomers(CUSTOMERS, seed);
  const shared = { ...options, client, fleet, keys, oracle };
  const play = createFleetPlay({ ...shared, customers: CUSTOMERS, exposed, release: GOOD_RELEASE });
  receiver.deploySystem.attach({
    publicKey,
    report: createAnswerReport(client, clock, keys.deploy),
    stop: (nodeId) => play.node(nodeId)?.stop(),
    start: (nodeId, release) => play.node(nodeId)?.start(release),
    release: (nodeId) => play.node(nodeId)?.release(),
    agentBootId: () => play.agentBootId,
  });
  return { ...shared, api, play, events: createDayEvents(), ended: new AbortController() };
};

const nodesOf = ({ fleet, play }: Scene, release: Release): readonly string[] =>
  fleet
    .map(({ nodeId }) => nodeId)
    .filter((nodeId) => {
      const runs = play.node(nodeId)?.release();
      return runs !== undefined && releaseName(runs) === releaseName(release);
    });

/** Tells with the times of the first failure, which the oracle knows, and of the day. */
const createTeller =
  ({ oracle, onLine }: Scene, faultMs: number) =>
  (telling: Telling, atMs: number): void => {
    const firstMs = oracle.firstFailureMs();
    const clock = dayClock(atMs, faultMs);
    onLine(firstMs === undefined ? { clock, ...telling } : { clock, ...telling, afterMs: atMs - firstMs });
  };
type Teller = ReturnType<typeof createTeller>;

const followEvents = async (scene: Scene, sinceMs: number, tell: Teller): Promise<void> => {
  const { api, events, ended } = scene;
  let position = 0;
  const take = (recorded: RecordedEvent): void => {
    position = recorded.position;
    if (recorded.recordedAtMs < sinceMs) return;
    const isFirst = isEvent(recorded, 'AlertFired') && events.firstAlert() === undefined;
    events.add(recorded);
    const telling = tellEvent(recorded, isFirst);
    if (telling !== undefined) tell(telling, recorded.recordedAtMs);
  };
  while (!ended.signal.aborted) for (const recorded of await api.eventsAfter(position, EVENT_WAIT_MS)) take(recorded);
};

const acknowledge = async (scene: Scene, incidentId: string): Promise<void> => {
  const { api, keys, clock, ended, isEngineerAway = false } = scene;
  if (isEngineerAway) return;
  await clock.sleep(ACKNOWLEDGE_AFTER_MS, ended.signal);
  if (!ended.signal.aborted) await api.acknowledge(keys.onCall, incidentId, 'looking at it');
};

const followReceiver = async (scene: Scene, tell: Teller): Promise<void> => {
  const { receiver, clock, ended, oracle } = scene;
  const { pagerDuty, deploySystem } = receiver;
  let [pages, commands, failed] = [0, 0, false];
  const look = (): void => {
    const firstMs = oracle.firstFailureMs();
    if (firstMs !== undefined && !failed) {
      failed = true;
      tell(
        { text: `FIRST FAILURE: ${releaseName(BAD_RELEASE)} crashes on a long name and answers wrong NXDOMAIN` },
        firstMs,
      );
    }
    for (; pages < pagerDuty.received.length; pages += 1) {
      const page = pagerDuty.received[pages];
      const telling = page === undefined ? undefined : tellPage(page);
      if (page === undefined || telling === undefined) continue;
      tell(telling, page.arrivedAtMs);
      if (page.opened && pagerDuty.alerts.length === 1)
        acknowledge(scene, page.dedupKey).catch((error: unknown) => tell({ text: String(error) }, clock.nowMs()));
    }
    for (; commands < deploySystem.received.length; commands += 1) {
      const command = deploySystem.received[commands];
      const telling = command === undefined ? undefined : tellCommand(command, commands === 0);
      if (command !== undefined && telling !== undefined) tell(telling, command.arrivedAtMs);
    }
  };
  for (; !ended.signal.aborted; await clock.sleep(LOOK_EVERY_MS, ended.signal)) look();
};

const settledCounters = async ({ api, fleet, oracle, clock }: Scene): Promise<readonly NodeCounters[]> => {
  const nodeIds = fleet.map(({ nodeId }) => nodeId);
  let latest: readonly NodeCounters[] = [];
  let before = -1;
  // Settled: nothing is missing and nothing more came since the last look, so that late duplicates are seen too.
  const look = async (): Promise<true | undefined> => {
    latest = await api.counters();
    const { lost, counted } = compareCounts(nodeIds, oracle, latest);
    const settled = lost === 0 && counted === before;
    before = counted;
    return settled ? true : undefined;
  };
  await waitFor(clock, look, { boundMs: COUNT_BOUND_MS, everyMs: COUNT_EVERY_MS });
  return latest;
};

const resultNow = ({ fleet, oracle, receiver, events }: Scene, counters: readonly NodeCounters[]): DayResult => {
  const nodeIds = fleet.map(({ nodeId }) => nodeId);
  return resultOf({ nodeIds, customers: CUSTOMERS.length, bad: BAD_RELEASE, oracle, receiver, events, counters });
};

const finish = async (scene: Scene): Promise<DayResult> => {
  const { play, clock } = scene;
  await play.stopAsking();
  await waitFor(clock, () => (play.queued() === 0 ? true : undefined), {
    boundMs: DRAIN_BOUND_MS,
    everyMs: LOOK_EVERY_MS,
  });
  return resultNow(scene, await settledCounters(scene));
};

/**
 * Plays the day of the incident against a running server: the quiet hours told at once, then real time from some seconds before
 * the first failure until the rollback is verified. The server may be away meanwhile: everything is repeated until it answers.
 */
export const playDay = async (options: DayOptions): Promise<PlayedDay> => {
  const { clock } = options;
  const sinceMs = clock.nowMs();
  const scene = await setScene(options);
  const { play, fleet, events, ended, keys, oracle, client } = scene;
  await playQuietHours({ ...scene, isCanary: options.isCanary ?? false });
  play.start();
  await options.beforeLead?.(keys);
  const faultMs = clock.nowMs() + options.leadMs;
  const tell = createTeller(scene, faultMs);
  tell({ text: `real time from here: ${fleet.length} nodes, ${CUSTOMERS.length} customers` }, clock.nowMs());
  const following = [followEvents(scene, sinceMs, tell), followReceiver(scene, tell)];
  await clock.sleep(options.leadMs);
  const struck = nodesOf(scene, BAD_RELEASE);
  play.corrupt(struck, clock.nowMs());
  const bound = { boundMs: options.recoveryBoundMs, everyMs: LOOK_EVERY_MS };
  const recovered = (await waitFor(clock, () => events.completed(), bound)) !== undefined;
  const stop = (): void => {
    ended.abort();
    play.stop();
    client.close();
    Promise.allSettled(following).catch(() => undefined);
  };
  const falseAlerts = (): readonly string[] =>
    events
      .falseAlerts(oracle.firstFailureMs(), BAD_RELEASE)
      .map(({ scope, key, reason, at }) => `${scope} ${key}: ${reason.text} at ${new Date(at).toISOString()}`);
  const moments = (): Moments => resultNow(scene, []);
  return { recovered, struck, keys, play, oracle, moments, falseAlerts, finish: () => finish(scene), stop };
};
