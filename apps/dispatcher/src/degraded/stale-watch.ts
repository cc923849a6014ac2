import { lookAtStaleness, MOVED_FOR_MS, startStaleness, type Staleness } from '#domain';
import type { EventLog } from '#event-log';
import type { Clock } from '#runtime';
import type { Database } from '#store';
import type { BoundedAsking } from './bounded-asking.js';
import { catchUpWaitMs, type StaleTeller } from './stale-teller.js';

/** How often the log is looked at: with it, and with what an answer may take, a page leaves within 40 s of the last tick. */
export const LOOK_EVERY_MS = 2_000;
/** A log that works answers within milliseconds; one that does not must not hold the watch. */
const ANSWER_MS_MAX = 2_000;
/** Ticks come four times a second; two looks that see none are no state in which anything is over. */
const WELL_WITHIN_MS = 2 * LOOK_EVERY_MS;

/** What watching needs. */
export interface StaleWatchParts {
  readonly eventLog: Pick<EventLog, 'offsets'>;
  readonly database: Pick<Database, 'query'>;
  readonly teller: Pick<StaleTeller, 'tell' | 'catchUp'>;
  readonly asking: BoundedAsking;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** An episode that an earlier process told and whose end nobody did. */
  readonly openEpisode?: string | undefined;
}

/**
 * Watches whether ticks come, by its own clock and by nothing that may be away: the end of `slots`. That they do not is the one page that
 * no tick can bring.
 */
export class StaleWatch {
  private state: Staleness;
  /** What is caught up with, the episode that lasts or those that are over, and when next. */
  private catchingUp: { readonly phase: string; readonly nextMs: number } | undefined;

  constructor(private readonly parts: StaleWatchParts) {
    this.state = { ...startStaleness(parts.clock.nowMs()), staleId: parts.openEpisode };
  }

  /** When ticks were last seen to come; undefined = never. */
  get movedAtMs(): number | undefined {
    return this.state.hasMoved ? this.state.movedAtMs : undefined;
  }

  /** Since when none came, if that was told. */
  stale(): string | undefined {
    return this.state.staleId;
  }

  /** One look. */
  readonly look = async (): Promise<void> => {
    const { eventLog, database, clock, asking, teller } = this.parts;
    const [end, answer] = await Promise.all([
      asking.within('log', ANSWER_MS_MAX, async () => (await eventLog.offsets('slots'))[0]?.high ?? 0),
      asking.within('database', ANSWER_MS_MAX, () => database.query('select 1')),
    ]);
    const { state, told } = lookAtStaleness(this.state, { end, isDatabaseAway: answer === undefined }, clock.nowMs());
    this.state = state;
    if (told !== undefined) await teller.tell(told);
    await this.catchUp();
  };

  private async catchUp(): Promise<void> {
    const { clock, random, teller } = this.parts;
    const { staleId, hasMoved, movedAtMs } = this.state;
    const nowMs = clock.nowMs();
    const isWell = staleId === undefined && hasMoved && nowMs - movedAtMs <= WELL_WITHIN_MS;
    const phase = staleId ?? (isWell ? 'well' : undefined);
    const isDue = phase === this.catchingUp?.phase && nowMs >= (this.catchingUp?.nextMs ?? Infinity);
    if (phase === undefined) this.catchingUp = undefined;
    else if (phase !== this.catchingUp?.phase || isDue) {
      // Who told the beginning says the end when ticks have come for this long.
      const firstMs = isWell && !isDue ? MOVED_FOR_MS : 0;
      this.catchingUp = { phase, nextMs: nowMs + firstMs + catchUpWaitMs(random()) };
    }
    if (isDue) await teller.catchUp(staleId);
  }
}
