import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TICK_MS } from '#contracts';
import { type Clock, systemClock } from '#runtime';
import { decidedTick, type DrillRow, READ_EVENTS_MAX } from '#store';
import { openTestDatabase, type ServedRoles, serveRoles, type TestDatabase, until } from '#testing';
import { startOutside } from './degraded-site.fixture.js';
import { commandKeys } from './deploy-system.fixture.js';
import { type SentEvent, type SentMessage, startReceiver } from './drill-receivers.fixture.js';
import type { Answer } from './event-time-server.fixture.js';
import { ROLES } from './roles.js';

/** Seconds of a step of the clock: what is looked at every five seconds is looked at well within the fifteen that the dead-man's switch is held for. */
const STEP_S = 3;
/** Ticks: rules record how far they are once a second, and the newest ones are open. */
const BEHIND_TICKS_MAX = 12;

/** Where the pages go, and who pages when nothing is heard. */
interface Receivers {
  readonly pagerDuty: Awaited<ReturnType<typeof startReceiver<SentEvent>>>;
  readonly webhook: Awaited<ReturnType<typeof startReceiver<SentMessage>>>;
  readonly outside: Awaited<ReturnType<typeof startOutside>>;
}

/** A clock that goes as the machine's does and can be moved on; the log has its own, which can be held: then no tick comes. */
class MovedClock implements Clock {
  private movedMs = 0;
  private heldAtMs: number | undefined;

  readonly sleep = systemClock.sleep;
  readonly nowMs = (): number => systemClock.nowMs() + this.movedMs;
  readonly logNowMs = (): number => this.heldAtMs ?? this.nowMs();

  move(byMs: number): void {
    this.movedMs += byMs;
  }

  holdLog(isHeld: boolean): void {
    this.heldAtMs = isHeld ? this.nowMs() : undefined;
  }
}

/** A server with all of its roles, two channels for pages, and somebody outside who listens. */
export class DrillSite {
  private constructor(
    readonly receivers: Receivers,
    readonly clock: MovedClock,
    private readonly test: TestDatabase,
    private readonly served: ServedRoles,
    private readonly admin: string,
    private readonly dataDir: string,
  ) {}

  static async open(): Promise<DrillSite> {
    const test = await openTestDatabase();
    const clock = new MovedClock();
    const secret = randomBytes(32);
    const pagerDuty = await startReceiver<SentEvent>();
    const receivers = {
      pagerDuty,
      webhook: await startReceiver<SentMessage>(),
      outside: await startOutside(),
    };
    const dataDir = mkdtempSync(join(tmpdir(), 'drills-'));
    const environment = {
      DATA_DIR: dataDir,
      COMMAND_PRIVATE_KEY: commandKeys().pem,
      PAGERDUTY_URL: pagerDuty.url,
      // Of a set of rules, so that it is a channel for pages alone.
      PAGERDUTY_ROUTING_KEY: 'R'.repeat(32),
      WEBHOOK_URL: receivers.webhook.url,
      WEBHOOK_SECRET: `whsec_${secret.toString('base64')}`,
      DEAD_MAN_URL: receivers.outside.url,
    };
    const served = await serveRoles(ROLES, test, { clock, logNowMs: clock.logNowMs, environment });
    return new DrillSite(receivers, clock, test, served, await served.keyOf('admin'), dataDir);
  }

  async close(): Promise<void> {
    await this.served.close();
    const { pagerDuty, webhook, outside } = this.receivers;
    await Promise.all([pagerDuty.close(), webhook.close(), outside.close()]);
    await this.test.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Asks as an administrator; with a body it is a POST. */
  async ask(path: string, body?: unknown): Promise<Answer> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { authorization: this.admin, 'content-type': 'application/json' };
    const response = await fetch(new URL(path, this.served.url), { headers, ...sent });
    return { status: response.status, body: await response.json() };
  }

  /** Begins a drill. */
  async drill(wanted: { readonly channel?: string } = {}): Promise<DrillRow> {
    const { status, body } = await this.ask('/v1/drills', wanted);
    if (status !== 201) throw new Error(`begin a drill: ${status} ${JSON.stringify(body)}`);
    return body.drill as DrillRow;
  }

  /** A drill as the API shows it. */
  async shown(drillId: string): Promise<DrillRow | undefined> {
    const { drills } = (await this.ask('/v1/drills')).body as { readonly drills: readonly DrillRow[] };
    return drills.find((each) => each.drillId === drillId);
  }

  /** Those that failed. */
  async failed(): Promise<readonly string[]> {
    const { drills } = (await this.ask('/v1/drills')).body as { readonly drills: readonly DrillRow[] };
    return drills.filter(({ status }) => status === 'failed').map(({ drillId }) => drillId);
  }

  /** A drill once it has ended. */
  ended(drillId: string): Promise<DrillRow> {
    return until(`drill ${drillId} has ended`, async () => {
      const drill = await this.shown(drillId);
      return drill?.finishedAt !== null && drill;
    });
  }

  /** Types of the events of a stream, in order. */
  async typesOf(stream: string): Promise<readonly string[]> {
    return (await this.served.parts.eventStore.readStream(stream)).map(({ event: { type } }) => type);
  }

  /** Which channels were asked to tell what under a key, in order: `pagerduty trigger`. */
  async asked(dedupKey: string): Promise<readonly string[]> {
    const events = await this.served.parts.eventStore.readAll(0, READ_EVENTS_MAX);
    return events.flatMap(({ event: { type, data } }) =>
      type === 'DeliveryRequested' && data.dedupKey === dedupKey ? [`${data.channel} ${data.action}`] : [],
    );
  }

  /** Waits until a channel has taken all that it was asked to tell under a key, or under any, and that is recorded. */
  isRecorded(channel: string, dedupKey: string | null = null): Promise<unknown> {
    const read = `select status from delivery where channel = $1 and dedup_key = coalesce($2, dedup_key)`;
    return until(`what ${channel} was told is recorded`, async () => {
      const rows = await this.test.database.query<{ status: string }>(read, [channel, dedupKey]);
      return rows.length > 0 && rows.every(({ status }) => status !== 'due');
    });
  }

  /** Moves the clock on by so many seconds, step by step. */
  async go(seconds: number, isHeld = false): Promise<void> {
    for (let left = seconds; left > 0; left -= STEP_S) await this.step(isHeld);
  }

  /** Moves the clock on by one step; comes back when the dispatcher has looked since, and unless they are held, the rules have. */
  private async step(isHeld: boolean): Promise<void> {
    this.clock.move(STEP_S * 1_000);
    if (!isHeld) await this.isDecided();
    // One that was under way in the moment of the move may have looked before it.
    for (const _look of [1, 2]) await this.hasLooked();
  }

  /** Moves on until something holds; fails when it does not within so many seconds of the clock. */
  async stepUntil(what: string, holds: () => boolean, secondsMax: number, isHeld = false): Promise<void> {
    for (let left = secondsMax; !holds(); left -= STEP_S) {
      if (left <= 0) throw new Error(`${secondsMax} s in vain until ${what}`);
      await this.step(isHeld);
    }
  }

  /** Lets every tick that the rules decide fail, though ticks come and the database answers; or no longer. */
  async holdRules(isHeld: boolean): Promise<void> {
    const change = isHeld ? `add constraint held check (consumer <> 'rules') not valid` : 'drop constraint held';
    await this.test.database.query(`alter table ingest_position ${change}`);
  }

  /** The rules have come to the present. */
  isDecided(): Promise<unknown> {
    const tick = this.clock.nowMs() / TICK_MS - BEHIND_TICKS_MAX;
    return until(`tick ${tick} is decided`, async () => (await decidedTick(this.test.database)) >= tick);
  }

  /** The dispatcher has ticked since: what is recorded now is published. */
  private async hasLooked(): Promise<void> {
    await this.served.keyOf('viewer');
    const head = await this.served.parts.eventStore.head();
    const read = `select max(next_offset)::float8 as next from ingest_position where consumer = 'publisher'`;
    await until('the dispatcher has looked', async () => {
      const [row] = await this.test.database.query<{ next: number | null }>(read);
      return (row?.next ?? 0) > head;
    });
  }
}
