import { generateKeyPairSync } from 'node:crypto';
import {
  audienceDigest,
  type Command,
  COMMAND_TTL_MS,
  type Event,
  event,
  type EventData,
  type Reason,
  streamOf,
} from '#contracts';
import { type Logger, Notices } from '#runtime';
import { createEventStore, type Database, type EventStore } from '#store';
import { FakeClock, openTestDatabase, type TestDatabase } from '#testing';
import { createSigner, type Signer } from './signer.js';
import type { SignerSettings } from './signer.config.js';

const FROM = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const TO = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const ROLLBACK = 'rb1';

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

/** Everything around signers, real but for the clock: a database in which the rules have decided a rollback of two waves. */
export class SignerWorld {
  readonly clock = new FakeClock();
  readonly lines: LogLine[] = [];
  readonly logger = loggerInto(this.lines);
  readonly keys = generateKeyPairSync('ed25519');
  readonly notices = new Notices();
  readonly eventStore: EventStore;
  readonly waves: readonly (readonly string[])[] = [['n1'], ['n2', 'n3']];
  private readonly signers: Signer[] = [];
  private readonly versions = new Map<string, number>();

  private constructor(readonly db: TestDatabase) {
    this.eventStore = createEventStore(db.database, this.clock.nowMs);
  }

  static async open(): Promise<SignerWorld> {
    const world = new SignerWorld(await openTestDatabase());
    await world.decides();
    return world;
  }

  /** A signer on this world; `eventStore` stands in where a test lets the process die. */
  async signer(
    changes: {
      readonly settings?: Partial<SignerSettings>;
      readonly eventStore?: EventStore;
      readonly database?: Database;
    } = {},
  ): Promise<Signer> {
    const { clock, logger, eventStore, keys, notices } = this;
    const signer = await createSigner({
      settings: {
        commandKey: keys.privateKey,
        dataDir: '',
        automation: 'on',
        automationFile: undefined,
        ...changes.settings,
      },
      fleet: () => [],
      database: changes.database ?? this.db.database,
      eventStore: changes.eventStore ?? eventStore,
      notices,
      clock,
      logger,
    });
    this.signers.push(signer);
    return signer;
  }

  /** Appends after what this world appended to the stream. */
  async tell(stream: string, ...events: readonly Event[]): Promise<void> {
    const expectedVersion = this.versions.get(stream) ?? 0;
    const result = await this.eventStore.append([{ stream, expectedVersion, events }], { actor: 'test', cause: 't' });
    if ('conflict' in result) throw new Error(`tell: ${result.conflict} has another version`);
    this.versions.set(stream, expectedVersion + events.length);
  }

  /** The command of a wave, as the rules issue it now. */
  commandOf(wave: number, generation: number, changes: Partial<Command> = {}): Command {
    const audience = [...(this.waves[wave - 1] ?? [])];
    const issuedAtMs = this.clock.nowMs();
    return {
      commandId: `co${wave}`,
      action: 'rollback',
      rollbackId: ROLLBACK,
      wave,
      generation,
      service: 'dns',
      from: FROM,
      to: TO,
      audience,
      audienceDigest: audienceDigest(audience),
      issuedAtMs,
      expiresAtMs: issuedAtMs + COMMAND_TTL_MS,
      reason: reason.text,
      ...changes,
    };
  }

  /** Issues the command of a wave now. */
  async issues(wave: number, generation: number, changes: Partial<Command> = {}): Promise<void> {
    const command = this.commandOf(wave, generation, changes);
    const { commandId } = command;
    const data = { rollbackId: ROLLBACK, wave, generation, commandId, at: this.clock.nowMs() };
    await this.tell(streamOf.rollback(ROLLBACK), event('WaveCommanded', data));
    await this.tell(streamOf.command(commandId), event('CommandIssued', { command }));
  }

  /** A wave is shown to help. */
  async verifies(wave: number): Promise<void> {
    const data = { rollbackId: ROLLBACK, wave, because: 'success 99.9 %', at: this.clock.nowMs() };
    await this.tell(streamOf.rollback(ROLLBACK), event('WaveVerified', data));
  }

  /** Types of the events of a command's stream. */
  async typesOf(commandId: string): Promise<readonly string[]> {
    return (await this.eventStore.readStream(streamOf.command(commandId))).map(({ event: { type } }) => type);
  }

  /** Signed commands, in the order of the log. */
  async signed(): Promise<readonly EventData<'CommandSigned'>[]> {
    const events = await this.eventStore.readAll(0, 1_000);
    return events.flatMap(({ event: told }) => (told.type === 'CommandSigned' ? [told.data] : []));
  }

  /** What was refused, in the order of the log. */
  async refusals(): Promise<readonly EventData<'CommandRefused'>[]> {
    const events = await this.eventStore.readAll(0, 1_000);
    return events.flatMap(({ event: told }) => (told.type === 'CommandRefused' ? [told.data] : []));
  }

  async close(): Promise<void> {
    for (const signer of this.signers) await signer.stop();
    await this.db.close();
  }

  private async decides(): Promise<void> {
    const decided = event('RollbackDecided', {
      rollbackId: ROLLBACK,
      incidentId: 'in1',
      rolloutId: 'ro1',
      service: 'dns',
      from: FROM,
      to: TO,
      waves: this.waves.map((wave) => [...wave]),
      trigger: reason,
      evidence: [],
      rails: [{ rail: 'minimum_evidence', holds: true, detail: '5000 outcomes' }],
      gap: { release: 23, control: 99.9 },
      at: this.clock.nowMs(),
    });
    await this.tell(streamOf.rollback(ROLLBACK), decided);
  }
}
