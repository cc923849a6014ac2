import { gapsOfPlan, inZone, lasting } from '#domain';
import type { Clock, Logger } from '#runtime';
import type { OnCallRepository } from '#store';

/** What the watch needs of its process. */
export interface OnCallWatchParts {
  readonly repository: Pick<OnCallRepository, 'inForce' | 'overrides'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const DAY_MS = 86_400_000;
/** A gap is told so long before it begins: time enough for somebody to take it. */
const AHEAD_MS = 7 * DAY_MS;
/** Gaps come with an override or a plan, hours or days before they begin; looking costs some milliseconds. */
const LOOK_EVERY_MS = 60_000;

/** Looks for gaps that come up in the plan in force, says so in its readiness, and once a day in the log. */
export class OnCallWatch {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private found: string | undefined;
  private loggedAtMs = -Infinity;

  constructor(private readonly parts: OnCallWatchParts) {}

  follow(): void {
    this.following = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
  }

  /** The first gap of the next seven days, in words; undefined: there is none. */
  gap(): string | undefined {
    return this.found;
  }

  private async run(): Promise<void> {
    const { clock, logger } = this.parts;
    while (!this.stopping.signal.aborted) {
      await this.look().catch((error: Error) => logger.warn({ err: error }, 'on call: cannot look for gaps'));
      await clock.sleep(LOOK_EVERY_MS, this.stopping.signal);
    }
  }

  /** Looks once. */
  async look(): Promise<void> {
    const { repository, clock, logger } = this.parts;
    const nowMs = clock.nowMs();
    const plan = (await repository.inForce())?.plan;
    const span = { fromMs: nowMs, untilMs: nowMs + AHEAD_MS };
    const [first, ...more] = plan === undefined ? [] : gapsOfPlan(plan, await repository.overrides(nowMs), span);
    this.found = undefined;
    if (first === undefined) return;
    const timeZone = plan?.schedules.find(({ schedule }) => schedule === first.schedule)?.timeZone ?? 'UTC';
    const others = more.length === 0 ? '' : ` (and ${more.length} more within a week)`;
    const from = first.fromMs === nowMs ? 'now' : `from ${inZone(timeZone, first.fromMs)}`;
    this.found = `schedule ${first.schedule} names nobody ${from} for ${lasting(first.untilMs - first.fromMs)}${others}`;
    if (nowMs - this.loggedAtMs < DAY_MS) return;
    this.loggedAtMs = nowMs;
    logger.warn({ ...first, more: more.length }, `on call: ${this.found}`);
  }
}
