import { type EventOf, streamOf } from '#contracts';
import { channelEnds, channelKeyOf, channelNews, type ChannelRecord, decideChannelNews } from '#domain';
import type { Clock, Logger } from '#runtime';
import type { ChannelRecordRepository, DeliveryQueues, DeliveryRepository, EventStore } from '#store';
import { standInFor } from './channel-disabling.js';

/** What telling of channels needs. */
export interface ChannelTroubleParts {
  readonly records: ChannelRecordRepository;
  readonly deliveries: Pick<DeliveryRepository, 'list'>;
  readonly queues: Pick<DeliveryQueues, 'disabled'>;
  readonly eventStore: Pick<EventStore, 'append'>;
  /** The channels for pages, in the order in which they stand in for each other. */
  readonly order: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when something was asked for. */
  readonly onTold: () => void;
}

/** What was asked for under the key of a channel lately: more than one news of it that went through every channel there is. */
const TOLD_MAX = 50;

/**
 * Tells people through another channel that one did not bring what no other can bring, and that it delivers again. Where there is no
 * other, the error in the log when it was given up is all that says so.
 */
export class ChannelTroubleReconciler {
  constructor(private readonly parts: ChannelTroubleParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    const { records, clock } = this.parts;
    const nowMs = clock.nowMs();
    for (const record of await records.list(nowMs)) await this.look(record, nowMs);
  };

  private async look(record: ChannelRecord, at: number): Promise<void> {
    const { deliveries, queues, order, logger } = this.parts;
    const verdict = decideChannelNews(record);
    if (verdict === undefined) return;
    const { channel, told } = record;
    if (verdict.do === 'end') {
      const rows = await deliveries.list({ dedupKey: channelKeyOf(channel), limit: TOLD_MAX });
      if (await this.ask(channel, channelEnds(channel, rows, verdict.because, at)))
        logger.info({ channel }, 'the channel delivers again');
      return;
    }
    const through = standInFor(channel, order, await queues.disabled());
    if (through === undefined) return;
    const { title, severity } = verdict;
    const behind = told?.deliveryId ?? '';
    const news = channelNews({ channel, through, rule: 'channel_failing', title, severity, behind, at });
    if (await this.ask(channel, [news])) logger.error({ channel, through, title }, 'a channel did not deliver');
  }

  /** Whether it was asked for: another dispatcher may have been first. */
  private async ask(channel: string, asked: readonly EventOf<'DeliveryRequested'>[]): Promise<boolean> {
    const appends = asked.map((requested) => ({
      stream: streamOf.delivery(requested.data.deliveryId),
      expectedVersion: 0,
      events: [requested],
    }));
    if (appends.length === 0) return false;
    const result = await this.parts.eventStore.append(appends, { actor: 'dispatcher', cause: channelKeyOf(channel) });
    if ('conflict' in result) return false;
    this.parts.onTold();
    return true;
  }
}
