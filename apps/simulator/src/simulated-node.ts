import { OUTCOMES, type OutcomeBatch, type Release, releaseName, VANTAGE } from '#contracts';
import { BAD_RELEASE, type FleetNode } from './fleet.js';
import { type Answer, failingProfile, normalProfile } from './latency.js';
import type { Random } from './random.js';
import { resolve, startedResolver } from './resolver-model.js';
import type { ZonePicker } from './traffic.js';

/** A batch before the agent gives it its identity. */
export type UnsentBatch = Omit<OutcomeBatch, 'agentBootId' | 'seq' | 'published'>;

/** One step of a node: what was observed in it. */
export interface Step {
  readonly batch: UnsentBatch;
  readonly good: number;
  readonly bad: number;
  /** Event time of the first failure of the fault, not of the background; undefined when there was none. */
  readonly firstFaultUs: number | undefined;
  /** Indices into the picker's zones that failed because of the fault. */
  readonly faultZones: ReadonlySet<number>;
}

interface Query {
  readonly observedUs: number;
  readonly zone: number;
  readonly answer: Answer;
  readonly ofFault: boolean;
  readonly qnameOctets: number;
}

/** What a node is made of. */
export interface SimulatedNodeOptions {
  readonly node: FleetNode;
  readonly random: Random;
  readonly picker: ZonePicker;
  readonly queriesPerSecond: number;
  readonly release: Release;
  readonly bootId: bigint;
}

/**
 * A DNS server and the resolvers that ask it:
 *
 *   serving ──corruptFrom(t)──▶ corrupted from t on ──stop──▶ stopped ──start(release)──▶ serving
 *
 * While corrupted it answers after the failing profile; while stopped it is asked nothing. An outcome is observed when the
 * resolver knows it, up to 5 s after the question; questions on their way when the server stops are asked elsewhere.
 */
export interface SimulatedNode extends FleetNode {
  readonly release: () => Release;
  readonly serverBootId: () => string;
  readonly isServing: () => boolean;
  /** The server crashes and comes back with its memory corrupted: a new boot id, and failures from now on. */
  readonly corruptFrom: (atUs: number) => void;
  /** A query arrives whose name has so many octets: the bad release copies it into a buffer without a look at its length (R61). */
  readonly receive: (nameOctets: number, atUs: number) => void;
  readonly stop: () => void;
  readonly start: (release: Release) => void;
  /** Plays event time [fromUs, toUs); undefined when nothing was observed. */
  readonly step: (fromUs: number, toUs: number) => Step | undefined;
}

/** QTYPE A, AAAA, MX, TXT with the shares that authoritative servers see. */
const QTYPES: readonly (readonly [upTo: number, qtype: number])[] = [
  [0.62, 1],
  [0.92, 28],
  [0.97, 15],
  [1, 16],
];
const UDP = 1;
const AA_FLAG = 4;
const CLASS_OF = new Map<number, string>(OUTCOMES.map(({ code, class: kind }) => [code, kind]));

const qtypeOf = (random: Random): number => {
  const share = random.next();
  return QTYPES.find(([upTo]) => share < upTo)?.[1] ?? 1;
};

const unseenNothing = (observed: number) => ({
  observed,
  sampledOut: 0,
  droppedAgent: 0,
  droppedSource: 0,
  serverQueries: observed,
  unpairedQueries: 0,
  orphanResponses: 0,
  malformed: 0,
});

const zoneDictionary = (queries: readonly Query[]): Map<number, number> => {
  const dictionary = new Map<number, number>();
  for (const { zone } of queries) if (!dictionary.has(zone)) dictionary.set(zone, dictionary.size);
  return dictionary;
};

const columnsOf = (queries: readonly Query[], fromUs: number, picker: ZonePicker, random: Random) => {
  const dictionary = zoneDictionary(queries);
  return {
    n: queries.length,
    zones: [...dictionary.keys()].map((zone) => picker.zones[zone] ?? ''),
    dtUs: Uint32Array.from(queries, ({ observedUs }) => observedUs - fromUs),
    zoneIx: Uint16Array.from(queries, ({ zone }) => dictionary.get(zone) ?? 0),
    latencyUs: Uint32Array.from(queries, ({ answer }) => answer.latencyUs),
    outcome: Uint8Array.from(queries, ({ answer }) => answer.outcome),
    qtype: Uint16Array.from(queries, () => qtypeOf(random)),
    rcode: Uint16Array.from(queries, ({ answer }) => answer.rcode),
    transport: new Uint8Array(queries.length).fill(UDP),
    flags: new Uint8Array(queries.length).fill(AA_FLAG),
    weight: undefined,
    zoneId: undefined,
    qnameLen: Uint8Array.from(queries, ({ qnameOctets }) => qnameOctets),
  };
};

const summaryOf = (queries: readonly Query[]): Omit<Step, 'batch'> => {
  const bad = queries.filter(({ answer }) => CLASS_OF.get(answer.outcome) === 'bad');
  const ofFault = bad.filter((query) => query.ofFault);
  return {
    good: queries.filter(({ answer }) => CLASS_OF.get(answer.outcome) === 'good').length,
    bad: bad.length,
    firstFaultUs: ofFault.length === 0 ? undefined : Math.min(...ofFault.map(({ observedUs }) => observedUs)),
    faultZones: new Set(ofFault.map(({ zone }) => zone)),
  };
};

/** Makes a node. Everything it does follows from its random stream and the calls. */
export const createSimulatedNode = (options: SimulatedNodeOptions): SimulatedNode => {
  const { node, random, picker, queriesPerSecond } = options;
  let { release, bootId } = options;
  let serving = true;
  let corruptFromUs = Number.POSITIVE_INFINITY;
  // Bounded by the rate times the 5.1 s after which every question is settled.
  let onTheirWay: Query[] = [];

  const ask = (atUs: number): Query => {
    const ofFault = atUs >= corruptFromUs;
    const answer = ofFault ? failingProfile(random) : normalProfile(random);
    const zone = picker.pick(random);
    const qnameOctets = Math.min((picker.zones[zone]?.length ?? 0) + 2 + random.below(12), 255);
    return { observedUs: atUs + answer.observedAfterUs, zone, answer, ofFault, qnameOctets };
  };
  const askAll = (fromUs: number, toUs: number): void => {
    const gapUs = (): number => (-Math.log(1 - random.next()) * 1e6) / queriesPerSecond;
    for (let atUs = fromUs + gapUs(); atUs < toUs; atUs += gapUs()) onTheirWay.push(ask(Math.floor(atUs)));
  };
  const step = (fromUs: number, toUs: number): Step | undefined => {
    if (!serving) return undefined;
    askAll(fromUs, toUs);
    const observed = onTheirWay.filter(({ observedUs }) => observedUs < toUs);
    onTheirWay = onTheirWay.filter(({ observedUs }) => observedUs >= toUs);
    if (observed.length === 0) return undefined;
    const { nodeId, pop, region, firstCloud } = node;
    const batch: UnsentBatch = {
      schema: 1,
      nodeId,
      serverBootId: String(bootId),
      observerId: '',
      pop,
      region,
      ...release,
      ring: firstCloud ? 'early' : 'prod',
      vantage: VANTAGE.resolver,
      t0Us: fromUs,
      completeness: unseenNothing(observed.length),
      ...columnsOf(observed, fromUs, picker, random),
    };
    return { batch, ...summaryOf(observed) };
  };
  const corruptFrom = (atUs: number): void => {
    bootId += 1n;
    corruptFromUs = atUs;
  };
  return {
    ...node,
    release: () => release,
    serverBootId: () => String(bootId),
    isServing: () => serving,
    corruptFrom,
    receive: (nameOctets, atUs) => {
      const hasBug = releaseName(release) === releaseName(BAD_RELEASE);
      if (hasBug && resolve(startedResolver, nameOctets, random).state.corrupted) corruptFrom(atUs);
    },
    stop: () => {
      serving = false;
      onTheirWay = [];
    },
    start: (target) => {
      release = target;
      bootId += 1n;
      corruptFromUs = Number.POSITIVE_INFINITY;
      serving = true;
    },
    step,
  };
};
