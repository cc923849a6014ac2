import { event, streamOf } from '#contracts';
import {
  CATCH_UP_AFTER_MS,
  type SentStalePage,
  type StalenessTold,
  unsaidBeginnings,
  unsaidEnds,
  type UnsaidStalePage,
} from '#domain';
import type { Clock, Logger } from '#runtime';
import type { EventStore, SpooledRepository } from '#store';
import { spoolIdOf } from '../spool/spool-entry.js';
import { CLOSED_KEPT_MS } from '../spool/spool-index.js';
import type { SpoolSender } from '../spool/spool-sender.js';
import type { BoundedAsking } from './bounded-asking.js';

/** Keys of pages about stale telemetry begin so. */
export const STALE_PREFIX = 'telemetry-stale-';
/** What the database is asked while a page waits may take this long; then it counts as away, and everybody tells. */
const ANSWER_MS_MAX = 1_000;

/** What telling needs. */
export interface StaleTellerParts {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly spooled: Pick<SpooledRepository, 'sentSince'>;
  readonly sender: Pick<SpoolSender, 'say'>;
  /** Who has sent a page, as this spool knows. */
  readonly whoSaid: (
    page: Omit<UnsaidStalePage, 'staleId'> & { readonly dedupKey: string },
  ) => 'here' | 'elsewhere' | undefined;
  /** Those that page. */
  readonly channels: readonly string[];
  readonly asking: BoundedAsking;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells of an episode without ticks. The first that records it says so through all channels, and its end through those. What it is not
 * known to have said after ten seconds, killed or gone, another says: so a channel without keys may get it twice, and none misses it.
 */
export class StaleTeller {
  private because = 'no tick since before this dispatcher began to watch';
  private readonly saidThrough = new Set<string>();

  constructor(private readonly parts: StaleTellerParts) {}

  /** What was noticed by a look. */
  async tell(told: StalenessTold): Promise<void> {
    const { logger, asking } = this.parts;
    const { staleId, because } = told;
    const isStale = told.told === 'stale';
    logger.warn({ staleId, because }, isStale ? 'telemetry is stale' : 'telemetry moves again');
    const isFirst = await asking.within('claim', ANSWER_MS_MAX, () => this.record(told));
    if (!isStale) return this.end(staleId, because);
    this.because = because;
    this.saidThrough.clear();
    if (isFirst ?? true) await Promise.all(this.parts.channels.map((channel) => this.begin(staleId, channel)));
  }

  /** Says what nobody is known to have said: of the episode that lasts, or of those that are over. */
  async catchUp(staleId: string | undefined): Promise<void> {
    const { channels, logger } = this.parts;
    const sent = await this.sent();
    if (sent === undefined) return;
    const unsaid = staleId === undefined ? unsaidEnds(channels, sent) : unsaidBeginnings(staleId, channels, sent);
    for (const page of unsaid) {
      // One that this spool knows is on its way.
      if (this.whoSaid(page) !== undefined) continue;
      logger.warn({ ...page }, 'nobody is known to have sent a page about stale telemetry');
      if (page.action === 'trigger') await this.begin(page.staleId, page.channel);
      else {
        const because = 'ticks have come again';
        const moved = { told: 'moved', staleId: page.staleId, because } as const;
        await this.parts.asking.within('claim', ANSWER_MS_MAX, () => this.record(moved));
        await this.say(page, because);
      }
    }
  }

  private async begin(staleId: string, channel: string): Promise<void> {
    const page = { staleId, channel, action: 'trigger' } as const;
    if (this.whoSaid(page) !== 'elsewhere') this.saidThrough.add(channel);
    await this.say(page, this.because);
  }

  /** Through the channels through which it was said here, by this process or one before it. */
  private async end(staleId: string, because: string): Promise<void> {
    const own = this.parts.channels.filter(
      (channel) => this.saidThrough.has(channel) || this.whoSaid({ staleId, channel, action: 'trigger' }) === 'here',
    );
    this.saidThrough.clear();
    if (own.length === 0) return;
    const ended = (await this.sent())?.filter((page) => page.staleId === staleId && page.action === 'resolve') ?? [];
    const open = own.filter((channel) => !ended.some((page) => page.channel === channel));
    await Promise.all(open.map((channel) => this.say({ staleId, channel, action: 'resolve' }, because)));
  }

  private async say({ staleId, channel, action }: UnsaidStalePage, because: string): Promise<void> {
    const { sender, clock } = this.parts;
    const isStale = action === 'trigger';
    // No incident is named: there is none that a link could show.
    const body = {
      title: `telemetry ${isStale ? 'is stale' : 'moves again'}: ${because}`,
      ...(isStale ? { degraded: 'nobody sees what fails now' } : {}),
      severity: 'critical',
      rule: 'telemetry_stale',
      reason: { text: because },
      at: clock.nowMs(),
    };
    await sender.say({ dedupKey: staleId, action, body }, channel);
  }

  private whoSaid({ staleId: dedupKey, channel, action }: UnsaidStalePage): 'here' | 'elsewhere' | undefined {
    return this.parts.whoSaid({ dedupKey, channel, action });
  }

  /** Whether this dispatcher is the first that records it. */
  private async record(told: StalenessTold): Promise<boolean> {
    const { eventStore, clock } = this.parts;
    const { staleId, because } = told;
    const at = clock.nowMs();
    const isStale = told.told === 'stale';
    const happened = isStale
      ? event('TelemetryWentStale', { staleId, because, sinceMs: told.sinceMs, at })
      : event('TelemetryMoved', { staleId, because, at });
    const append = { stream: streamOf.stale(staleId), expectedVersion: isStale ? 0 : 1, events: [happened] };
    const result = await eventStore.append([append], { actor: 'dispatcher', cause: staleId });
    return !('conflict' in result);
  }

  /** What was recorded of these pages; undefined while the database does not answer. No spool says one again for as long. */
  private async sent(): Promise<readonly SentStalePage[] | undefined> {
    const { spooled, asking, clock } = this.parts;
    const rows = await asking.within('sent', ANSWER_MS_MAX, () =>
      spooled.sentSince(STALE_PREFIX, clock.nowMs() - CLOSED_KEPT_MS),
    );
    return rows?.map(({ spoolId, channel, dedupKey, outcome }) => ({
      staleId: dedupKey,
      channel,
      action: spoolId === spoolIdOf({ channel, dedupKey, action: 'trigger' }) ? 'trigger' : 'resolve',
      isDelivered: outcome === 'delivered',
    }));
  }
}

/** How long a watch waits before it catches up. Several that wait draw lots: who comes later sees what was said. */
export const catchUpWaitMs = (random: number): number => CATCH_UP_AFTER_MS * (1 + random);
