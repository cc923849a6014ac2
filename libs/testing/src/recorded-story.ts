import { createHash } from 'node:crypto';
import {
  type Command,
  CONTENT_TYPE,
  encodeProtobuf,
  event,
  type Event,
  HEADER,
  type NodeReport,
  OUTCOME,
  type RecordedEvent,
  releaseName,
  streamOf,
  type Signal,
  TICK_MS,
} from '#contracts';
import { type RecordedSource, Replay, type ReplayOptions, type TelemetryRecord, type TelemetryTopic } from '#domain';
import { attestationsOf } from './attestations.js';
import { DEFAULT_RULES } from './default-rules.js';

const ORIGIN_MS = Date.UTC(2021, 6, 22, 11, 47);
/** The first tick of the story. */
export const ORIGIN_TICK = ORIGIN_MS / TICK_MS;
const GOOD = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const BAD = { softwareVersion: 'v2.1.5', configRev: 'c42' };
/** Seconds after the origin: the release arrives, fails, and somebody acknowledges. */
const DEPLOYED_S = 1;
const FAILING_S = 2;
const ACKNOWLEDGED_S = 5;
const STORY_S = 9;
/** The last tick of the story. */
export const LAST_TICK = ORIGIN_TICK + (STORY_S * 1_000) / TICK_MS - 1;
/** Outcomes of a batch, one a second of each node: enough that a rollback has its evidence in some seconds. */
const PER_BATCH = 160;
/** One batch in so many is sent again, one comes a second late, and one record is nobody's. */
const REPEATED = 7;
const LATE = 11;
const FORGED = 13;

/** Those of the default pack that look back a minute at most: what is kept for the others is dear to make, and a story makes many. */
export const STORY_RULES = DEFAULT_RULES.filter(({ windowMs }) => windowMs <= 60_000);

/** The partitions of the story. */
export const SOURCES = [
  ['telemetry.outcomes', 0],
  ['telemetry.outcomes', 1],
  ['telemetry.nodes', 0],
  ['telemetry.signals', 0],
  ['telemetry.probes', 0],
] as const satisfies readonly (readonly [TelemetryTopic, number])[];

interface StoryNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  release: typeof GOOD;
  seq: number;
}

/** What a log holds after the story: records by source, and the events. */
export interface RecordedStory {
  readonly records: readonly (readonly TelemetryRecord[])[];
  readonly refused: readonly ReadonlySet<number>[];
  readonly events: readonly RecordedEvent[];
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A replay of a recorded story; all of it unless told otherwise. */
export const replayOf = (
  { refused, events }: Pick<RecordedStory, 'refused' | 'events'>,
  changes: Partial<ReplayOptions> = {},
): Replay =>
  new Replay({
    sources: SOURCES.map(([topic, partition], index): RecordedSource => ({
      topic,
      partition,
      firstOffset: 0,
      joinUntilTick: 0,
      refused: refused[index]!,
    })),
    events,
    firstTick: ORIGIN_TICK,
    fromTick: ORIGIN_TICK,
    toTick: LAST_TICK,
    rules: STORY_RULES,
    settings: { verifyMs: 1_000 },
    hash: (text) => sha256(text).slice(0, 32),
    sha256,
    ...changes,
  });

const customers = Array.from({ length: 6 }, (_, index) => ({
  customerId: `customer-${index}`,
  name: `Customer ${index}`,
  tier: 'tier1' as const,
  critical: false,
  zones: [`zone-${index}.example`],
}));

/** Plays a fleet whose release fails and is rolled back, and keeps what a log would hold of it. */
class StoryTeller {
  readonly records: TelemetryRecord[][] = SOURCES.map(() => []);
  readonly refused: Set<number>[] = SOURCES.map(() => new Set());
  readonly events: RecordedEvent[] = [];
  readonly nodes: StoryNode[] = Array.from({ length: 10 }, (_, index) => {
    const region = index < 8 ? 'us-east' : 'europe';
    return { nodeId: `n${index}`, pop: `${region}-1`, region, release: GOOD, seq: 0 };
  });
  private readonly versions = new Map<string, number>();
  private readonly commands: Command[] = [];
  private late: { node: number; atMs: number; value: Uint8Array } | undefined;
  private batches = 0;

  append(source: number, key: string | null, value: Uint8Array, atMs: number, contentType = ''): number {
    const records = this.records[source]!;
    const offset = records.length;
    records.push({ offset, key, value, headers: { [HEADER.contentType]: contentType }, appendedAtMs: atMs });
    return offset;
  }

  record(stream: string, what: Event, recordedAtMs: number, metadata: RecordedEvent['metadata']): void {
    const version = (this.versions.get(stream) ?? 0) + 1;
    this.versions.set(stream, version);
    const position = this.events.length + 1;
    this.events.push({ position, stream, version, event: what, metadata, recordedAtMs, hash: '' });
  }

  json(source: number, key: string, value: NodeReport | Signal, atMs: number): void {
    this.append(source, key, Buffer.from(JSON.stringify(value)), atMs);
  }

  /** What is appended in the tick of a number of ticks after the origin. */
  tell(tick: number): void {
    const atMs = ORIGIN_MS + tick * TICK_MS;
    if (tick === (DEPLOYED_S * 1_000) / TICK_MS) this.deploy(atMs + 10);
    this.answer(atMs + 20);
    this.nodes.forEach((node, index) => {
      if (index % 4 === tick % 4) this.send(node, index, atMs + 30 + index);
    });
  }

  obey(command: Command): void {
    this.commands.push(command);
  }

  private deploy(atMs: number): void {
    const nodes = this.nodes.slice(0, 4);
    for (const node of nodes) node.release = BAD;
    const named = nodes.map(({ nodeId }) => nodeId);
    const told = { type: 'deploy', rolloutId: 'r1', service: 'dns', release: BAD, previous: GOOD } as const;
    this.json(3, 'r1', { ...told, stage: 'batch-1', nodes: named, atUs: atMs * 1_000 }, atMs);
  }

  private answer(atMs: number): void {
    for (const { audience, commandId, generation, to } of this.commands.splice(0)) {
      for (const node of this.nodes.filter(({ nodeId }) => audience.includes(nodeId))) {
        node.release = { ...to };
        const answer = { type: 'answer', nodeId: node.nodeId, agentBootId: '1', atUs: atMs * 1_000 } as const;
        this.json(2, node.nodeId, { ...answer, commandId, generation, status: 'done', ...to, detail: '' }, atMs);
      }
    }
  }

  private send(node: StoryNode, index: number, atMs: number): void {
    node.seq += 1;
    this.batches += 1;
    const isFailing = releaseName(node.release) === releaseName(BAD) && atMs >= ORIGIN_MS + FAILING_S * 1_000;
    const value = batchOf(node, atMs, isFailing);
    const { late } = this;
    if (this.batches % LATE === 0) this.late = { node: index, atMs, value };
    else this.batch(index, value, atMs);
    if (this.batches % REPEATED === 0) this.batch(index, value, atMs);
    if (late !== undefined && late.atMs < atMs - 500) {
      this.batch(late.node, late.value, atMs);
      this.late = undefined;
    }
    if (this.batches % FORGED === 0) this.forge(node, index, atMs);
  }

  /** Somebody else says that the node fails, with numbers that it has not reached. */
  private forge(node: StoryNode, index: number, atMs: number): void {
    const value = batchOf({ ...node, seq: node.seq + 1_000 }, atMs, true);
    this.refused[index % 2]!.add(this.batch(index, value, atMs));
  }

  private batch(index: number, value: Uint8Array, atMs: number): number {
    return this.append(index % 2, `n${index}`, value, atMs, CONTENT_TYPE.protobuf);
  }
}

const batchOf = (node: StoryNode, atMs: number, isFailing: boolean): Uint8Array => {
  const n = PER_BATCH;
  const at = <T>(of: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => of(index));
  const counted = { sampledOut: 0, droppedAgent: 0, droppedSource: 0, unpairedQueries: 0, orphanResponses: 0 };
  return encodeProtobuf({
    schema: 1,
    nodeId: node.nodeId,
    agentBootId: '1',
    serverBootId: '1',
    observerId: '',
    seq: node.seq,
    published: node.seq * n,
    pop: node.pop,
    region: node.region,
    ...node.release,
    ring: '',
    vantage: 0,
    n,
    completeness: { observed: n, serverQueries: -1, malformed: 0, ...counted },
    t0Us: (atMs - 900) * 1_000,
    zones: customers.flatMap(({ zones }) => zones),
    dtUs: Uint32Array.from(at((index) => index * 5_000)),
    zoneIx: Uint16Array.from(at((index) => index % customers.length)),
    latencyUs: Uint32Array.from(at((index) => 10_000 + 50 * index)),
    outcome: Uint8Array.from(at((index) => (isFailing && index % 10 < 8 ? OUTCOME.servfail : OUTCOME.answer))),
    qtype: new Uint16Array(n),
    rcode: new Uint16Array(n),
    transport: new Uint8Array(n),
    flags: new Uint8Array(n),
  } as never);
};

const BY = { actor: 'user:alice', cause: 'test' };

const register = (teller: StoryTeller): void => {
  const nodes = teller.nodes.map(({ nodeId, pop, region }) => ({ nodeId, pop, region }));
  teller.record('catalogue', event('NodesRegistered', { nodes }), ORIGIN_MS - 1_000, BY);
  teller.record('catalogue', event('CustomersRegistered', { customers }), ORIGIN_MS - 1_000, BY);
  const attested = { service: 'dns', release: releaseName(GOOD), nodes: nodes.length, at: ORIGIN_MS - 1_000 };
  for (const each of attestationsOf(attested))
    teller.record(streamOf.release('dns', releaseName(GOOD)), each, ORIGIN_MS - 1_000, BY);
};

const ACKNOWLEDGED_TICK = ORIGIN_TICK + (ACKNOWLEDGED_S * 1_000) / TICK_MS;

/** What somebody does in the middle of it. */
const acknowledgement = (incidentId: string): readonly [string, Event] => {
  const at = ACKNOWLEDGED_TICK * TICK_MS;
  return [`incident-${incidentId}`, event('IncidentAcknowledged', { incidentId, by: 'user:alice', note: '', at })];
};

/** Before it happens an event has no place among the others, only a time. */
const live = (teller: StoryTeller, acknowledged: readonly [string, Event] | undefined): Replay => {
  if (acknowledged === undefined) return replayOf(teller);
  const ahead = new StoryTeller();
  ahead.events.push(...teller.events);
  ahead.record(acknowledged[0], acknowledged[1], ACKNOWLEDGED_TICK * TICK_MS + 100, BY);
  ahead.events.push({ ...ahead.events.pop()!, version: 2 });
  return replayOf({ refused: teller.refused, events: ahead.events });
};

/** The story as it is lived: the engine decides as it goes on, the fleet obeys, and all of it is recorded. */
const play = (acknowledged: readonly [string, Event] | undefined): RecordedStory => {
  const teller = new StoryTeller();
  register(teller);
  const taken = SOURCES.map(() => 0);
  const engine = live(teller, acknowledged);
  let told = 0;
  for (let tick = 0; tick <= LAST_TICK - ORIGIN_TICK; tick += 1) {
    teller.tell(tick);
    if (acknowledged !== undefined && ORIGIN_TICK + tick === ACKNOWLEDGED_TICK)
      teller.record(acknowledged[0], acknowledged[1], ACKNOWLEDGED_TICK * TICK_MS + 100, BY);
    SOURCES.forEach((_, source) => {
      for (const record of teller.records[source]!.slice(taken[source])) engine.add(source, record);
      taken[source] = teller.records[source]!.length;
      engine.passTo(source, ORIGIN_TICK + tick + 1);
    });
    for (const { tick: decided, stream, events } of engine.decisions.slice(told)) {
      const metadata = { actor: 'rules', cause: `tick-${decided}` };
      for (const each of events) {
        teller.record(stream, each, (decided + 1) * TICK_MS + 40, metadata);
        if (each.type === 'CommandIssued') teller.obey(each.data.command);
      }
    }
    told = engine.decisions.length;
  }
  return teller;
};

/** The story, recorded; somebody acknowledges the incident that a first telling of it names. */
export const recordStory = (): RecordedStory => {
  const opened = play(undefined).events.find(({ event: { type } }) => type === 'IncidentOpened')?.event;
  if (opened?.type !== 'IncidentOpened') throw new Error('no incident was opened');
  return play(acknowledgement(opened.data.incidentId));
};
