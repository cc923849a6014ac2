import { event, streamOf } from '#contracts';
import { lookAtStaleness, startStaleness, type Staleness, type StalenessTold } from '#domain';
import type { EventLog } from '#event-log';
import type { Clock, Logger } from '#runtime';
import type { Database, EventStore } from '#store';
import type { SpoolSender } from '../spool/spool-sender.js';

/** How often the log is looked at: with it, and with what an answer may take, a page leaves within 40 s of the last tick. */
export const LOOK_EVERY_MS = 2_000;
/** A log that works answers within milliseconds; one that does not must not hold the watch. */
const ANSWER_MS_MAX = 2_000;
/** Who tells of an episode is decided by the database, where it answers within this time; otherwise everybody tells. */
const CLAIM_MS_MAX = 1_000;

/** What watching needs. */
export interface StaleWatchParts {
  readonly eventLog: Pick<EventLog, 'offsets'>;
  readonly database: Pick<Database, 'query'>;
  readonly eventStore: EventStore;
  readonly sender: Pick<SpoolSender, 'say'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** An episode that an earlier process told and whose end nobody did. */
  readonly openEpisode?: string | undefined;
}

/**
 * Watches whether ticks come, by its own clock and by nothing that may be away: the end of `slots`. That they do not is the one page that
 * no tick can bring. While one answer is waited for no other is asked for, so that what hangs is asked once.
 */
export class StaleWatch {
  private state: Staleness;
  private readonly asked = new Map<string, Promise<unknown>>();

  /** The episode that this dispatcher told of: it tells its end as well. */
  private toldId: string | undefined;

  constructor(private readonly parts: StaleWatchParts) {
    this.toldId = parts.openEpisode;
    this.state = { ...startStaleness(parts.clock.nowMs()), staleId: parts.openEpisode };
  }

  /** When ticks were last seen to come; undefined = never. */
  get movedAtMs(): number | undefined {
    return this.state.end === undefined ? undefined : this.state.movedAtMs;
  }

  /** Since when none came, if that was told. */
  stale(): string | undefined {
    return this.state.staleId;
  }

  /** One look. */
  readonly look = async (): Promise<void> => {
    const { eventLog, database, clock } = this.parts;
    const [end, answer] = await Promise.all([
      this.within('log', ANSWER_MS_MAX, async () => (await eventLog.offsets('slots'))[0]?.high ?? 0),
      this.within('database', ANSWER_MS_MAX, () => database.query('select 1')),
    ]);
    const { state, told } = lookAtStaleness(this.state, { end, isDatabaseAway: answer === undefined }, clock.nowMs());
    this.state = state;
    if (told !== undefined) await this.tell(told);
  };

  private async tell(told: StalenessTold): Promise<void> {
    const { logger, clock, sender } = this.parts;
    const { staleId, because } = told;
    logger.warn({ staleId, because }, told.told === 'stale' ? 'telemetry is stale' : 'telemetry moves again');
    const isFirst = (await this.within('claim', CLAIM_MS_MAX, () => this.claim(told))) ?? true;
    const isStale = told.told === 'stale';
    if (isStale ? !isFirst : this.toldId !== staleId) return;
    this.toldId = isStale ? staleId : undefined;
    const at = clock.nowMs();
    const page = { incidentId: staleId, severity: 'critical', rule: 'telemetry_stale', reason: { text: because }, at };
    const title = `telemetry ${isStale ? 'is stale' : 'moves again'}: ${because}`;
    const degraded = 'nobody sees what fails now';
    const body = { title, ...(isStale ? { degraded } : {}), ...page };
    await sender.say({ dedupKey: staleId, action: isStale ? 'trigger' : 'resolve', body });
  }

  /** Whether this dispatcher tells it: the first that records it. The end is told by whoever told the beginning. */
  private async claim(told: StalenessTold): Promise<boolean> {
    const { eventStore, clock } = this.parts;
    const { staleId, because } = told;
    const at = clock.nowMs();
    const stream = streamOf.stale(staleId);
    const isStale = told.told === 'stale';
    const happened = isStale
      ? event('TelemetryWentStale', { staleId, because, sinceMs: told.sinceMs, at })
      : event('TelemetryMoved', { staleId, because, at });
    const append = { stream, expectedVersion: isStale ? 0 : 1, events: [happened] };
    const result = await eventStore.append([append], { actor: 'dispatcher', cause: staleId });
    return !isStale || !('conflict' in result);
  }

  /** An answer, if one comes in time. */
  private async within<T>(what: string, boundMs: number, ask: () => Promise<T>): Promise<T | undefined> {
    if (this.asked.has(what)) return undefined;
    const answered = ask()
      .catch(() => undefined)
      .finally(() => this.asked.delete(what));
    this.asked.set(what, answered);
    const late = new AbortController();
    const bound = this.parts.clock.sleep(boundMs, late.signal).then(() => undefined);
    return Promise.race([answered.finally(() => late.abort()), bound]);
  }
}
