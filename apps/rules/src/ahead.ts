import type { CompleteTick } from '#domain';
import { urgentPagesOf } from '#store';
import { applyTick, type Decider, rebuildDecider } from './decider.js';
import type { RulesParts } from './rules-parts.js';

/** First and longest pause between two tries to read what is known: it costs a hung database one connection. */
const TRY_FIRST_MS = 500;
const TRY_MAX_MS = 2_000;
/** What a page says of itself, so that nobody waits for what does not come. */
const DEGRADED = 'the database does not answer, so nothing is rolled back and nobody else is called';
/** Incidents that are known to be paged; beyond it the oldest is forgotten, and would be folded by its receiver. */
const PAGED_MAX = 10_000;

/**
 * Rules while the database does not answer. Ticks are applied, evaluated and taken as decided, in memory alone, so that a fault that begins
 * now is seen; an incident that opens is paged through the log. Nothing else leaves: no command, no rollback. Meanwhile a decider is built from
 * the database again and again; once that succeeds all of this is dropped, and every tick is decided anew, and recorded, to the same ids.
 */
export class Ahead {
  private readonly paged = new Set<string>();
  private rebuilt: Decider | undefined;
  private readonly ending = new AbortController();
  private readonly rebuilding: Promise<void>;

  constructor(
    private readonly decider: Decider,
    private readonly parts: RulesParts,
    stopping: AbortSignal,
  ) {
    stopping.addEventListener('abort', () => this.ending.abort(), { once: true });
    this.rebuilding = this.rebuild();
  }

  /** A decider that knows what the database knows, once there is one. */
  recovered(): Decider | undefined {
    return this.rebuilt;
  }

  /** Takes a tick as decided, and pages what opens. */
  take(complete: CompleteTick): void {
    if (applyTick(this.decider, complete)) this.decide(complete.tick);
  }

  /** The same for one that was applied already. */
  decide(tick: number): void {
    const { engine } = this.decider;
    const decisions = engine.evaluate(tick);
    for (const { stream, expectedVersion, events } of decisions)
      for (const [index, event] of events.entries())
        engine.evolve({ stream, version: expectedVersion + index + 1, event });
    this.decider.nextTick = tick + 1;
    for (const page of urgentPagesOf(decisions)) if (!this.paged.has(page.dedupKey)) void this.page(page);
  }

  async end(): Promise<void> {
    this.ending.abort();
    await this.rebuilding;
  }

  private async page(page: ReturnType<typeof urgentPagesOf>[number]): Promise<void> {
    const { log, logger, clock } = this.parts;
    const { dedupKey } = page;
    const [oldest] = this.paged;
    if (this.paged.size >= PAGED_MAX && oldest !== undefined) this.paged.delete(oldest);
    this.paged.add(dedupKey);
    const value = Buffer.from(JSON.stringify({ ...page, body: { ...page.body, degraded: DEGRADED } }));
    for (let failures = 0; !this.ending.signal.aborted; failures += 1) {
      try {
        await log.append('pages.urgent', [{ key: dedupKey, value, headers: { 'content-type': 'application/json' } }]);
        return logger.warn({ dedupKey }, 'rules: an incident is paged without the database');
      } catch (error) {
        logger.warn({ err: error, dedupKey }, 'rules: an urgent page cannot be told yet');
      }
      await clock.sleep(Math.min(TRY_FIRST_MS * 2 ** failures, TRY_MAX_MS), this.ending.signal);
    }
  }

  private async rebuild(): Promise<void> {
    const { clock, logger } = this.parts;
    for (let failures = 0; !this.ending.signal.aborted; failures += 1) {
      await clock.sleep(Math.min(TRY_FIRST_MS * 2 ** failures, TRY_MAX_MS), this.ending.signal);
      try {
        if (!this.ending.signal.aborted) this.rebuilt = await rebuildDecider(this.parts);
        return;
      } catch (error) {
        logger.debug({ err: error }, 'rules: the database does not answer yet');
      }
    }
  }
}
