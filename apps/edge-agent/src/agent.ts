import { randomBytes } from 'node:crypto';
import type { Release } from '#contracts';
import { readTapVersion, RecentNames, type TapCounts } from '#domain';
import type { AgentConfig } from './agent.config.js';
import type { OpenBatch } from './batch-queue.js';
import type { Clock } from './clock.js';
import { type Executor, startExecutor } from './command-executor.js';
import { completenessBetween } from './completeness.js';
import { createGatewayClient } from './gateway-client.js';
import { createNodeReporter, HEARTBEAT_MS, type NodeReporter } from './node-reporter.js';
import { OutcomeLine, type OutcomeLineParts } from './outcome-line.js';
import { Publisher, QUEUE_OUTCOMES_BEFORE_SPOOL_MAX } from './publisher.js';
import { RELEASE_EVERY_MS, ReleaseWatch } from './release-source.js';
import { ServerRuns } from './server-runs.js';
import { Spool } from './spool.js';
import { type FileEnd, readTapFile } from './tap-file.js';
import { listenForTap, type TapListener, type TapSocket } from './tap-socket.js';
import { ZoneRegistry } from './zone-registry.js';

/** What one run of an agent saw and did. */
export interface AgentSummary extends TapCounts {
  /** Outcomes by name. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly sent: number;
  readonly batches: number;
  readonly dropped: number;
  /** Batches that are left in the spool. */
  readonly spooled: number;
  /** How the recording ended; undefined for a socket. */
  readonly end: FileEnd | undefined;
}

/** A running agent. */
export interface Agent {
  /** Resolves when a recording was read and everything published; never for a socket. */
  readonly done: Promise<void>;
  /** Where DNS servers connect over TCP; 0 otherwise. */
  readonly port: number;
  readonly stop: () => Promise<AgentSummary>;
}

/** What an agent takes from outside. */
export interface AgentWorld {
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** One batch a quarter of a second: the tick of the server, so that no outcome waits longer here than there. */
const BATCH_MS = 250;
/** Batches that a recording may be ahead of the gateway. */
const AHEAD_BATCHES_MAX = 16;
/** How long a stopping agent tries to deliver what it still has. */
const STOP_MS = 5_000;
/** How long the first batch of a new server waits for its release to be read: a batch under the wrong one would blame the wrong one. */
const RELEASE_WAIT_MS = 1_000;

/** A 64-bit number in decimal, new each time. */
const newBootId = (): string => randomBytes(8).readBigUInt64BE().toString();

const every = async (clock: Clock, periodMs: number, signal: AbortSignal, act: () => void): Promise<void> => {
  while (!signal.aborted) {
    act();
    await clock.sleep(periodMs, signal);
  }
};

/** The parts of a running agent. */
interface Parts {
  readonly line: OutcomeLine;
  readonly publisher: Publisher;
  readonly reporter: NodeReporter;
  readonly releases: ReleaseWatch;
  readonly runs: ServerRuns;
  readonly world: AgentWorld;
}

/** Servers behind a socket: from what happens there to runs, releases and crashes. */
class Servers implements TapListener {
  /** Starts whose release is being read: until then no batch is closed, except when it is full. */
  private starting = 0;
  private wantsVersion = false;

  constructor(private readonly parts: Parts) {}

  get isStarting(): boolean {
    return this.starting > 0;
  }

  /** What a server that has just started sent so far is of this release as well; what came of one that runs on is not. */
  learned(release: Release): void {
    if (this.isStarting) this.parts.line.relabel(release);
    else this.parts.line.moveTo(release);
  }

  /** The release is to be read again. */
  lookAgain(): Promise<void> {
    this.wantsVersion = this.parts.releases.followsTap;
    return this.parts.releases.read();
  }

  onStart(connection: number): void {
    const { runs, line, world } = this.parts;
    runs.started(connection);
    line.moveTo({ serverBootId: runs.bootId });
    this.starting += 1;
    const known = new AbortController();
    void Promise.race([this.lookAgain(), world.clock.sleep(RELEASE_WAIT_MS, known.signal)]).then(() => {
      known.abort();
      this.starting -= 1;
    });
  }

  onPayload(payload: Uint8Array): void {
    // One frame of each look is enough, and the others cost nothing.
    if (this.wantsVersion) {
      this.wantsVersion = false;
      const version = readTapVersion(payload);
      if (version !== undefined) this.parts.releases.heard(version);
    }
    this.parts.line.tap.take(payload);
  }

  onStop(connection: number): void {
    this.parts.runs.stopped(connection);
  }

  onLost(connection: number, detail: string): void {
    const { line, runs, reporter, world } = this.parts;
    world.say(detail);
    const crashed = runs.lost(connection);
    // What the server answered before it died goes out at once: told after the crash it would look like a server that lives.
    if (!this.isStarting) line.flush();
    if (crashed !== undefined) void reporter.crash(crashed, detail);
  }

  onRefused(detail: string): void {
    this.parts.world.say(`the tap was refused: ${detail}`);
  }
}

const readFile = async (path: string, { line, publisher, world, releases }: Parts): Promise<FileEnd> => {
  await releases.read();
  line.moveTo({ serverBootId: newBootId() });
  let wantsVersion = releases.followsTap;
  const end = await readTapFile(
    path,
    (payload) => {
      const version = wantsVersion ? readTapVersion(payload) : undefined;
      if (version !== undefined) releases.heard(version);
      wantsVersion &&= version === undefined;
      line.tap.take(payload);
    },
    async () => {
      if (publisher.queued > AHEAD_BATCHES_MAX) await publisher.idle();
      await world.clock.sleep(0);
    },
  );
  line.tap.end();
  line.flush();
  await publisher.idle();
  return end;
};

const startHeartbeats = ({ line, publisher, reporter, runs, world }: Parts, signal: AbortSignal): void => {
  let before = line.seen(0);
  let isTelling = false;
  void every(world.clock, HEARTBEAT_MS, signal, () => {
    // One at a time: behind a gateway that hangs they would pile up, in the way of batches. The next one says what this one would.
    if (isTelling) return;
    isTelling = true;
    const { dropped } = publisher.totals;
    const now = line.seen(dropped);
    const completeness = completenessBetween(before, now);
    before = now;
    const heartbeat = {
      ...line.from,
      observed: now.observed,
      dropped,
      queued: publisher.queued,
      spooled: publisher.spooled,
      taps: runs.connections,
      ...(completeness === undefined ? {} : { completeness }),
    };
    void reporter.heartbeat(heartbeat).finally(() => (isTelling = false));
  });
};

const stopPublishing = async ({ line, publisher, world }: Parts): Promise<void> => {
  line.tap.end();
  line.flush();
  const enough = new AbortController();
  // With the gateway away there is no sense in waiting when the disk takes what is left.
  if (!publisher.isAway) await Promise.race([publisher.idle(), world.clock.sleep(STOP_MS, enough.signal)]);
  enough.abort();
  await publisher.close();
};

/** A disk that cannot be used is no reason to be blind: then batches wait in memory alone. */
const openSpool = async ({ spool }: AgentConfig, { clock, say }: AgentWorld): Promise<Spool | undefined> => {
  if (spool === undefined) return undefined;
  try {
    return await Spool.open(spool, clock, say);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}; batches wait in memory alone`);
    return undefined;
  }
};

/** Obeys commands over a door of its own: a look for commands holds a connection for seconds, and no batch should wait for it. */
const obey = async (
  { commands, ...config }: AgentConfig,
  agentBootId: string,
  { clock, say }: AgentWorld,
): Promise<Executor | undefined> => {
  if (commands === undefined) return undefined;
  const client = createGatewayClient(config);
  const executor = await startExecutor(commands, { nodeId: config.nodeId, agentBootId, client, clock, say });
  return { stop: () => executor.stop().finally(client.close) };
};

const lineParts = (
  config: AgentConfig,
  clock: Clock,
  publisher: Publisher,
  registry: ZoneRegistry,
): OutcomeLineParts => {
  // A seed of each agent's own, so that what one takes for another name the next does not.
  const recentNames = config.recentNames ? new RecentNames(randomBytes(4).readInt32BE()) : undefined;
  const offer = (batch: OpenBatch): void => publisher.offer(batch);
  return { zones: config.zones, recentNames, clock, offer, idOfZone: registry.idOf };
};

const startBatches = (
  { line, world: { clock } }: Pick<Parts, 'line' | 'world'>,
  servers: Servers,
  isFile: boolean,
  stopping: AbortSignal,
): void => {
  void every(clock, BATCH_MS, stopping, () => {
    // A recording has its own time.
    if (!isFile) line.tap.advance(clock.nowMs() * 1_000);
    if (!servers.isStarting) line.flush();
  });
};

/** Starts an agent. */
export const startAgent = async (config: AgentConfig, world: AgentWorld): Promise<Agent> => {
  const { clock, say } = world;
  const { nodeId, pop, region, ring, vantage, tap } = config;
  const client = createGatewayClient(config);
  const agentBootId = newBootId();
  const zones = new ZoneRegistry(client, clock, say);
  const spool = await openSpool(config, world);
  const envelope = { nodeId, agentBootId, pop, region, ring, vantage };
  // Who configured a spool counts on little memory, also when the disk cannot be used.
  const outcomesMax = config.spool === undefined ? undefined : QUEUE_OUTCOMES_BEFORE_SPOOL_MAX;
  const publisher = new Publisher(client, clock, envelope, say, spool, outcomesMax);
  const releases = new ReleaseWatch(config.release, say, (release) => servers.learned(release));
  const line = new OutcomeLine(lineParts(config, clock, publisher, zones), releases.release);
  const stopping = new AbortController();
  const reporter = createNodeReporter(client, clock, { nodeId, agentBootId, pop, region }, stopping.signal);
  const parts = { line, publisher, reporter, releases, runs: new ServerRuns(newBootId), world };
  const servers = new Servers(parts);

  let end: FileEnd | undefined;
  const isFile = tap.kind === 'file';
  const socket: TapSocket | undefined = isFile ? undefined : await listenForTap(tap.addresses, clock, servers);
  // A recording is of another time: what it says obliges nobody.
  const executor = isFile ? undefined : await obey(config, agentBootId, world);
  const reading = isFile
    ? readFile(tap.path, parts).then((ended) => {
        end = ended;
      })
    : new Promise<void>(() => undefined);
  void zones.follow(stopping.signal);
  startHeartbeats(parts, stopping.signal);
  if (!isFile) void every(clock, RELEASE_EVERY_MS, stopping.signal, () => void servers.lookAgain());
  startBatches(parts, servers, isFile, stopping.signal);
  return {
    done: reading,
    port: socket?.port ?? 0,
    stop: async () => {
      // First, and with everything else at work: a program that runs may be the rollback of this very node.
      await executor?.stop();
      stopping.abort();
      await socket?.close();
      await stopPublishing(parts);
      client.close();
      return { ...line.tap.counts, outcomes: line.outcomes, ...publisher.totals, spooled: publisher.spooled, end };
    },
  };
};
