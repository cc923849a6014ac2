import { type Event, type EventOf, type EventType, type NodeReport, OUTCOMES, SLOT_MS, TICK_MS } from '#contracts';
import { plainCells } from '#testing';
import { successPercent } from '../signal/success-rate.js';
import type { TapOutcome } from '../dnstap/tap-outcome.js';
import { createEngine } from '../rule/rules-engine.js';
import { windowsOf } from '../rule/engine.js';
import { createSlotFold } from '../window/create-slot-fold.js';
import type { PartitionTick } from '../window/partition-tick.js';
import { createSlidingWindows } from '../window/sliding-windows.js';
import type { Capture, CapturedProbe } from './capture.fixture.js';
import { FleetActivity } from './fleet-activity.js';

/** The node that was recorded. */
export const NODE = { nodeId: 'edge-eu-1a-knot', pop: 'fra', region: 'europe' } as const;
const RELEASE = { softwareVersion: 'v2.1.5', configRev: 'c42' } as const;
const TICK_US = TICK_MS * 1_000;
const SLOT_US = SLOT_MS * 1_000;
const CLASS_OF = new Map<number, string>(OUTCOMES.map(({ code, class: kind }) => [code, kind]));

/** What of a recording is told. */
export interface ReplayOptions {
  readonly outcomes?: readonly TapOutcome[];
  readonly probes?: readonly CapturedProbe[];
  /** A heartbeat a second, as the agent beside the server sends it; the boot id of the server changes at each restart. */
  readonly hasHeartbeats?: boolean;
  /** When connections were closed without STOP. */
  readonly crashesUs?: readonly number[];
  /** Outcomes per second in the ten minutes before, which were healthy. */
  readonly seededPerS?: number;
  /** Nothing after the tick that ends here is played. */
  readonly untilUs?: number;
  /** The agent is down, and another one from then on. */
  readonly agentDown?: { readonly fromUs: number; readonly toUs: number };
}

/** What was decided, with log time in µs. */
export interface Told {
  readonly atUs: number;
  readonly event: Event;
}

/** A played recording. */
export interface Replay {
  readonly told: readonly Told[];
  readonly activity: FleetActivity;
  readonly all: <T extends EventType>(
    type: T,
  ) => readonly { readonly atUs: number; readonly data: EventOf<T>['data'] }[];
}

const isWithin = (us: number, span: { readonly fromUs: number; readonly toUs: number } | undefined): boolean =>
  span !== undefined && us >= span.fromUs && us < span.toUs;

const batchOf = (rows: readonly TapOutcome[], t0Us: number, seq: number) => {
  const zones = [...new Set(rows.map(({ zone }) => zone))];
  return {
    ...NODE,
    ...RELEASE,
    schema: 1 as const,
    agentBootId: '1',
    seq,
    serverBootId: '1',
    observerId: '',
    published: 0,
    ring: '',
    vantage: 0,
    t0Us,
    completeness: {
      observed: rows.length,
      sampledOut: 0,
      droppedAgent: 0,
      droppedSource: -1,
      serverQueries: -1,
      unpairedQueries: 0,
      orphanResponses: 0,
      malformed: 0,
    },
    n: rows.length,
    zones,
    zoneIx: Uint16Array.from(rows, ({ zone }) => zones.indexOf(zone)),
    zoneId: undefined,
    dtUs: Uint32Array.from(rows, ({ atUs }) => atUs - t0Us),
    latencyUs: Uint32Array.from(rows, ({ latencyNs }) =>
      latencyNs === undefined ? 0xffff_ffff : Math.round(latencyNs / 1_000),
    ),
    outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
    qtype: Uint16Array.from(rows, ({ qtype }) => qtype),
    rcode: Uint16Array.from(rows, ({ rcode }) => rcode ?? 0xffff),
    transport: Uint8Array.from(rows, ({ transport }) => transport),
    flags: Uint8Array.from(rows, ({ flags }) => flags),
    weight: undefined,
    qnameLen: Uint8Array.from(rows, ({ qnameLen }) => qnameLen),
  };
};

const emptyTick = (topic: PartitionTick['topic'], tick: number): PartitionTick => ({
  topic,
  partition: 0,
  incarnation: 1,
  tick,
  nextOffset: tick,
  slots: [],
  nodes: [],
  reports: [],
  signals: [],
});

/** The ticks of the outcomes: what was observed in a tick is sent at its end, and told by the next one. */
const createOutcomeTicks = ({ outcomes = [], agentDown }: ReplayOptions) => {
  const fold = createSlotFold({
    catalogue: { customerOf: () => undefined, version: () => 1 },
    openSlots: 60,
    zonesMax: 1_000,
  });
  return (tick: number): PartitionTick => {
    const fromUs = (tick - 1) * TICK_US;
    const rows = outcomes.filter(({ atUs }) => atUs >= fromUs && atUs < fromUs + TICK_US && !isWithin(atUs, agentDown));
    const part = emptyTick('telemetry.outcomes', tick);
    if (rows.length === 0) return part;
    const { watermarkUs } = fold.fold(batchOf(rows, fromUs, tick), (tick * TICK_US) / 1_000);
    const slots = fold.takeChanged({ closedBefore: Math.floor(fromUs / SLOT_US) - 60 });
    fold.takeDelta(() => undefined);
    const release = `${RELEASE.softwareVersion}+${RELEASE.configRev}`;
    return { ...part, slots, nodes: [{ ...NODE, release, watermarkUs: watermarkUs ?? 0 }] };
  };
};

/** The ticks of the probes: a result is told by the tick after the one in which it was known, in the slot of its question. */
const createProbeTicks = ({ probes = [] }: ReplayOptions) => {
  const counts = new Map<number, [good: number, bad: number, timeout: number]>();
  return (tick: number): PartitionTick => {
    const fromUs = (tick - 1) * TICK_US;
    const changed = new Set<number>();
    for (const { atUs, knownUs, isGood } of probes) {
      if (knownUs < fromUs || knownUs >= fromUs + TICK_US) continue;
      const slot = Math.floor(atUs / SLOT_US);
      const [good, bad] = counts.get(slot) ?? [0, 0];
      counts.set(slot, isGood ? [good + 1, bad, 0] : [good, bad + 1, 0]);
      changed.add(slot);
    }
    const slots = [...changed]
      .toSorted((a, b) => a - b)
      .map((slot) => {
        const cells = plainCells('probe', new Map([[NODE.nodeId, counts.get(slot) ?? [0, 0, 0]]]));
        return { slot, closed: false, block: new Map([['probe' as const, cells]]) };
      });
    return { ...emptyTick('telemetry.probes', tick), slots };
  };
};

const reportsAt = (tick: number, { events }: Capture, options: ReplayOptions): readonly NodeReport[] => {
  const { hasHeartbeats = false, crashesUs = [], agentDown } = options;
  const [fromUs, toUs] = [tick * TICK_US, (tick + 1) * TICK_US];
  const agentBootId = agentDown !== undefined && fromUs >= agentDown.toUs ? '2' : '1';
  const boots = events.filter(({ event, atUs }) => event === 'restart' && atUs < fromUs).length;
  const base = { nodeId: NODE.nodeId, agentBootId, atUs: fromUs, serverBootId: String(1 + boots) };
  const counts = { observed: 0, dropped: 0, queued: 0, taps: 1, completeness: 1 };
  const isBeat = hasHeartbeats && (tick * TICK_MS) % SLOT_MS === 0 && !isWithin(fromUs, agentDown);
  const beat = { type: 'heartbeat' as const, ...base, pop: NODE.pop, region: NODE.region, ...RELEASE, ...counts };
  const crashes = crashesUs.filter((atUs) => atUs >= fromUs && atUs < toUs);
  return [
    ...(isBeat ? [beat] : []),
    ...crashes.map(() => ({ type: 'crash' as const, ...base, detail: 'the tap was closed without STOP' })),
  ];
};

/** Plays a recording to the rules engine by its own time stamps, tick by tick. No rule but those on presence is active. */
export const replay = (capture: Capture, options: ReplayOptions): Replay => {
  const engineOptions = {
    rules: [],
    catalogue: { customers: [], nodes: [NODE] },
    hash: (text: string) => text.slice(0, 128),
    sha256: (text: string) => text,
  };
  const engine = createEngine(engineOptions, createSlidingWindows(windowsOf(engineOptions)));
  const activity = new FleetActivity();
  const [firstUs, lastUs] = [capture.events[0]?.atUs ?? 0, capture.events.at(-1)?.atUs ?? 0];
  const minute = Math.floor(firstUs / 60_000_000);
  const { seededPerS } = options;
  if (seededPerS !== undefined)
    engine.seedNodes(
      Array.from({ length: 10 }, (_, age) => ({
        nodeId: NODE.nodeId,
        minute: minute - 2 - age,
        outcomes: Math.round(60 * seededPerS),
      })),
    );
  const [outcomesAt, probesAt] = [createOutcomeTicks(options), createProbeTicks(options)];
  const told: Told[] = [];
  const versions = new Map<string, number>();
  const lastTick = Math.ceil((options.untilUs ?? lastUs + 3 * TICK_US) / TICK_US) - 1;
  for (let tick = Math.floor(firstUs / TICK_US); tick <= lastTick; tick += 1) {
    const nodes = { ...emptyTick('telemetry.nodes', tick), reports: reportsAt(tick, capture, options) };
    for (const part of [outcomesAt(tick), nodes, probesAt(tick)]) {
      engine.apply(part);
      activity.apply(part);
    }
    for (const { stream, events } of engine.evaluate(tick))
      for (const event of events) {
        const version = (versions.get(stream) ?? 0) + 1;
        versions.set(stream, version);
        engine.evolve({ stream, version, event });
        told.push({ atUs: (tick + 1) * TICK_US, event });
      }
  }
  return {
    told,
    activity,
    all: (type) =>
      told.filter(({ event }) => event.type === type).map(({ atUs, event }) => ({ atUs, data: event.data as never })),
  };
};

/** The success that the server reports of itself in a span: 1 − SERVFAIL / responses. */
export const naiveSuccess = (outcomes: readonly TapOutcome[], fromUs: number, toUs: number): number => {
  const within = outcomes.filter(({ atUs }) => atUs >= fromUs && atUs < toUs);
  const failed = within.filter(({ rcode }) => rcode === 2).length;
  return successPercent(within.length - failed, failed);
};

/** Good and bad outcomes per second in a span. */
export const ratePerS = (outcomes: readonly TapOutcome[], fromUs: number, toUs: number): number =>
  outcomes.filter(
    ({ atUs, outcome }) => atUs >= fromUs && atUs < toUs && ['good', 'bad'].includes(CLASS_OF.get(outcome) ?? ''),
  ).length /
  ((toUs - fromUs) / 1_000_000);
