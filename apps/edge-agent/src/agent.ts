import { randomBytes } from 'node:crypto';
import { OUTCOMES } from '#contracts';
import { createZoneFinder, RecentNames, Tap, type TapCounts, type TapOutcome } from '#domain';
import type { AgentConfig } from './agent.config.js';
import { BatchBuilder, type BatchRows, type IdOfZone } from './batch-builder.js';
import type { Clock } from './clock.js';
import { createGatewayClient, type GatewayClient } from './gateway-client.js';
import { createNodeReporter, HEARTBEAT_MS, type NodeReporter } from './node-reporter.js';
import { Publisher, type Unseen } from './publisher.js';
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
  /** How the recording ended; undefined for a socket. */
  readonly end: FileEnd | undefined;
}

/** A running agent. */
export interface Agent {
  /** Resolves when a recording was read and everything published; never for a socket. */
  readonly done: Promise<void>;
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

/** A 64-bit number in decimal, new each time. */
const newBootId = (): string => randomBytes(8).readBigUInt64BE().toString();

const NAME_OF = new Map<number, string>(OUTCOMES.map(({ code, name }) => [code, name]));

/** From dnstap to batches: everything of an agent but its ends. */
class Line {
  serverBootId = '0';
  readonly tap: Tap;
  readonly publisher: Publisher;
  readonly outcomes: Record<string, number> = {};
  observed = 0;
  private readonly builder: BatchBuilder;
  private told: Unseen = { unpairedQueries: 0, orphanResponses: 0, malformed: 0 };

  constructor(
    config: AgentConfig,
    client: GatewayClient,
    agentBootId: string,
    private readonly world: AgentWorld,
    idOfZone: IdOfZone,
  ) {
    const { nodeId, pop, region, ring, vantage, softwareVersion, configRev } = config;
    const envelope = { nodeId, agentBootId, pop, region, ring, vantage, softwareVersion, configRev };
    this.publisher = new Publisher(client, world.clock, envelope, world.say);
    this.builder = new BatchBuilder(
      () => world.clock.nowMs() * 1_000,
      (rows) => this.publish(rows),
      idOfZone,
    );
    const take = (outcome: TapOutcome): void => {
      const name = NAME_OF.get(outcome.outcome) ?? 'unknown';
      this.outcomes[name] = (this.outcomes[name] ?? 0) + 1;
      this.observed += 1;
      this.builder.add(outcome);
    };
    this.tap = new Tap(createZoneFinder(config.zones), take, new RecentNames(randomBytes(4).readInt32BE()));
  }

  /** Closes the batch. Queries that got no answer are told even when there is no outcome beside them. */
  flush(): void {
    const before = this.told;
    this.builder.flush();
    if (before === this.told && Object.values(this.untold()).some((count) => count > 0)) this.publish(this.noRows());
  }

  private publish(rows: BatchRows): void {
    const unseen = this.untold();
    const { unpairedQueries, orphanResponses, malformed } = this.tap.counts;
    this.told = { unpairedQueries, orphanResponses, malformed: malformed + this.tap.counts.undecodable };
    this.publisher.offer(rows, this.serverBootId, unseen);
  }

  private untold(): Unseen {
    const { counts } = this.tap;
    return {
      unpairedQueries: counts.unpairedQueries - this.told.unpairedQueries,
      orphanResponses: counts.orphanResponses - this.told.orphanResponses,
      malformed: counts.malformed + counts.undecodable - this.told.malformed,
    };
  }

  private noRows(): BatchRows {
    return {
      t0Us: this.world.clock.nowMs() * 1_000,
      n: 0,
      zones: [],
      dtUs: new Uint32Array(0),
      zoneIx: new Uint16Array(0),
      zoneId: undefined,
      latencyUs: new Uint32Array(0),
      outcome: new Uint8Array(0),
      qtype: new Uint16Array(0),
      rcode: new Uint16Array(0),
      transport: new Uint8Array(0),
      flags: new Uint8Array(0),
      qnameLen: new Uint8Array(0),
    };
  }
}

const every = async (clock: Clock, periodMs: number, signal: AbortSignal, act: () => void): Promise<void> => {
  while (!signal.aborted) {
    act();
    await clock.sleep(periodMs, signal);
  }
};

/** Servers behind a socket. Each START with no other connection open is a new start of the server. */
const listenerOf = (line: Line, reporter: NodeReporter, say: (line: string) => void): TapListener => {
  let sending = 0;
  return {
    onStart: () => {
      if (sending === 0) line.serverBootId = newBootId();
      sending += 1;
    },
    onPayload: (payload) => line.tap.take(payload),
    onStop: () => {
      sending -= 1;
    },
    onLost: (detail) => {
      sending -= 1;
      say(detail);
      void reporter.crash(line.serverBootId, detail);
    },
    onRefused: (detail) => say(`the tap was refused: ${detail}`),
  };
};

const readFile = async (path: string, line: Line, clock: Clock): Promise<FileEnd> => {
  line.serverBootId = newBootId();
  const end = await readTapFile(
    path,
    (payload) => line.tap.take(payload),
    async () => {
      if (line.publisher.queued > AHEAD_BATCHES_MAX) await line.publisher.idle();
      await clock.sleep(0);
    },
  );
  line.tap.end();
  line.flush();
  await line.publisher.idle();
  return end;
};

const stopPublishing = async (line: Line, clock: Clock): Promise<void> => {
  line.tap.end();
  line.flush();
  const enough = new AbortController();
  await Promise.race([line.publisher.idle(), clock.sleep(STOP_MS, enough.signal)]);
  enough.abort();
  line.publisher.stop();
};

/** Starts an agent. */
export const startAgent = async (config: AgentConfig, world: AgentWorld): Promise<Agent> => {
  const { clock, say } = world;
  const client = createGatewayClient(config);
  const agentBootId = newBootId();
  const { nodeId, pop, region, softwareVersion, configRev } = config;
  const zones = new ZoneRegistry(client, clock, say);
  const line = new Line(config, client, agentBootId, world, zones.idOf);
  const reporter = createNodeReporter(client, clock, { nodeId, agentBootId, pop, region, softwareVersion, configRev });
  const stopping = new AbortController();

  const isFile = config.tap.kind === 'file';
  let end: FileEnd | undefined;
  let socket: TapSocket | undefined;
  if (!isFile) socket = await listenForTap(config.tap.path, listenerOf(line, reporter, say));
  const reading = isFile
    ? readFile(config.tap.path, line, clock).then((ended) => {
        end = ended;
      })
    : new Promise<void>(() => undefined);
  void zones.follow(stopping.signal);
  void every(clock, HEARTBEAT_MS, stopping.signal, () => {
    const { serverBootId, observed, publisher } = line;
    void reporter.heartbeat({ serverBootId, observed, dropped: publisher.totals.dropped, queued: publisher.queued });
  });
  void every(clock, BATCH_MS, stopping.signal, () => {
    // A recording has its own time.
    if (!isFile) line.tap.advance(clock.nowMs() * 1_000);
    line.flush();
  });
  return {
    done: reading,
    stop: async () => {
      stopping.abort();
      await socket?.close();
      await stopPublishing(line, clock);
      client.close();
      return { ...line.tap.counts, outcomes: line.outcomes, ...line.publisher.totals, end };
    },
  };
};
