import { generateKeyPairSync } from 'node:crypto';
import {
  audienceDigest,
  type Command,
  commandKeyId,
  type Event,
  event,
  type Reason,
  type RecordedEvent,
  signCommand,
  streamOf,
  TOPICS,
} from '#contracts';
import { type EventLog, openEmbeddedLog } from '#event-log';
import type { StatusPolicy } from '#domain';
import { type Logger, Notices } from '#runtime';
import { createEventStore, createDeliveryRepository, type Database, type DeliveryRow, type EventStore } from '#store';
import { FakeClock, openTestDatabase, type TestDatabase } from '#testing';
import { type Channel, type HttpChannel, httpChannel } from './channels/channel.js';
import { createDispatcher, type Dispatcher } from './dispatcher.js';

const RELEASE = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const reason: Reason = {
  rule: 'R17',
  signal: 'dns_resolution_success_rate',
  text: 'success 23 % < 99 %',
  value: 23,
  threshold: 99,
  windowMs: 60_000,
  good: 23,
  bad: 77,
  tick: 1,
  coverage: 1,
};

/** An incident that opens. */
export const opened = (incidentId: string, at: number): Event =>
  event('IncidentOpened', {
    incidentId,
    title: 'success 23 % < 99 %',
    severity: 'critical',
    alertId: 'al1',
    rule: 'R17',
    scope: 'release_region',
    key: 'v2.1.5+c42|us-east',
    reason,
    impact: {
      affectedCustomers: 1,
      byTier: { tier1: 1, tier2: 0, tier3: 0 },
      score: 10,
      dollarsPerMinute: 5_000,
      top: [],
    },
    at,
  });

/** A command to one node. */
export const commandOf = (commandId: string, generation: number, issuedAtMs: number): Command => ({
  commandId,
  action: 'rollback',
  rollbackId: 'rb1',
  wave: 1,
  generation,
  service: 'dns',
  from: RELEASE,
  to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
  audience: ['n1'],
  audienceDigest: audienceDigest(['n1']),
  issuedAtMs,
  expiresAtMs: issuedAtMs + 120_000,
  reason: 'success 23 %',
});

const NO_DRILLS = {
  deadManUrl: undefined,
  allowsPrivate: false,
  drillTime: undefined,
  drillChannel: undefined,
} as const;

/** A log line that was written. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const loggerInto = (lines: LogLine[]): Logger => {
  const line =
    (level: LogLine['level']) =>
    (first: unknown, second?: string): void => {
      const fields = typeof first === 'object' ? (first as Record<string, unknown>) : {};
      lines.push({ level, fields, message: typeof first === 'string' ? first : (second ?? '') });
    };
  const levels = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
  return Object.fromEntries(levels.map((level) => [level, line(level)])) as unknown as Logger;
};

/** A channel that waits 150 ms for its receiver, so that a test of a hang is short. */
export const hasty = (channel: HttpChannel): Channel =>
  httpChannel({
    ...channel,
    timeoutMs: 150,
    requestOf: (delivery, nowMs) => ({ ...channel.requestOf(delivery, nowMs), timeoutMs: 150 }),
  });

/** Everything around dispatchers, real but for the clock. */
export class World {
  readonly clock = new FakeClock();
  readonly lines: LogLine[] = [];
  readonly logger = loggerInto(this.lines);
  readonly keys = generateKeyPairSync('ed25519');
  private readonly dispatchers: Dispatcher[] = [];

  private constructor(
    readonly db: TestDatabase,
    readonly eventLog: EventLog,
  ) {
    this.eventStore = createEventStore(db.database, this.clock.nowMs);
  }

  readonly eventStore: EventStore;

  static async open(): Promise<World> {
    const db = await openTestDatabase();
    const { connection } = db;
    const eventLog = await openEmbeddedLog({ connection: () => connection });
    await eventLog.ensureTopics(TOPICS);
    return new World(db, eventLog);
  }

  /** A dispatcher with these channels; `eventStore` stands in where a test lets the process die. */
  async dispatcher(
    channels: readonly Channel[],
    changes: {
      readonly eventStore?: EventStore;
      readonly database?: Database;
      readonly eventLog?: EventLog;
      readonly statusPolicy?: StatusPolicy;
      /** Where its spool lies; absent: it has none. */
      readonly dataDir?: string;
    } = {},
  ): Promise<Dispatcher> {
    const { clock, logger, eventStore, eventLog } = this;
    const dispatcher = await createDispatcher({
      settings: {
        channels: new Map(channels.map((channel) => [channel.name, channel])),
        statusPolicy: changes.statusPolicy,
        ...(changes.dataDir === undefined ? {} : { degraded: { ...NO_DRILLS, dataDir: changes.dataDir } }),
      },
      notices: new Notices(),
      nodeKeys: { isRequired: false, vouch: () => ({ keyId: '', tag: '' }) },
      database: changes.database ?? this.db.database,
      clock,
      logger,
      random: () => 0.5,
      eventStore: changes.eventStore ?? eventStore,
      eventLog: changes.eventLog ?? eventLog,
    });
    this.dispatchers.push(dispatcher);
    return dispatcher;
  }

  /** Appends, as rules do. */
  async tell(stream: string, expectedVersion: number, ...events: readonly Event[]): Promise<readonly RecordedEvent[]> {
    const result = await this.eventStore.append([{ stream, expectedVersion, events }], {
      actor: 'rules',
      cause: 'test',
    });
    if ('conflict' in result) throw new Error(`tell: ${result.conflict} has another version`);
    return result.appended;
  }

  /** Opens an incident now. */
  async opens(incidentId: string): Promise<void> {
    await this.tell(streamOf.incident(incidentId), 0, opened(incidentId, this.clock.nowMs()));
  }

  /** Issues a command now, and signs it, as rules and signer do. */
  async issues(commandId: string, generation = 1): Promise<void> {
    await this.issueAndSign(commandOf(commandId, generation, this.clock.nowMs()));
  }

  /** The same of a redirect. */
  async redirects(commandId: string, action: 'drain' | 'resume', generation: number): Promise<void> {
    const { rollbackId: _other, ...command } = commandOf(commandId, generation, this.clock.nowMs());
    await this.issueAndSign({ ...command, action, redirectId: 'rd1', from: command.to });
  }

  private async issueAndSign(command: Command): Promise<void> {
    const { commandId } = command;
    const { privateKey, publicKey } = this.keys;
    const signed = signCommand(command, privateKey, commandKeyId(publicKey));
    const events = [event('CommandIssued', { command }), event('CommandSigned', { commandId, signed })];
    await this.tell(streamOf.command(commandId), 0, ...events);
  }

  /** Every attempt that was recorded, in order. */
  async attempts() {
    const events = await this.eventStore.readAll(0, 1_000);
    return events.flatMap(({ event: told }) => (told.type === 'DeliveryAttempted' ? [told.data] : []));
  }

  /** Newest first. */
  deliveries(): Promise<readonly DeliveryRow[]> {
    return createDeliveryRepository(this.db.database).list({ limit: 1_000 });
  }

  async close(): Promise<void> {
    for (const dispatcher of this.dispatchers) await dispatcher.stop();
    await this.eventLog.close();
    await this.db.close();
  }
}
