import type { Logger } from '#runtime';
import type { ChannelRepository, DeliverySubject } from '#store';
import type { Channels } from './channels/channel.js';

/** What channels that are not for pages are for. */
const SUBJECTS: Readonly<Record<string, DeliverySubject>> = {
  deploy: 'command',
  notice: 'notice',
  rollouts: 'rollout',
};

const subjectOf = (channel: string): DeliverySubject => SUBJECTS[channel] ?? 'page';

/** Makes the registered channels those that are configured, so that nothing is queued for nobody; warns when nobody is paged. */
export const registerChannels = async (
  channels: Channels,
  repository: ChannelRepository,
  logger: Logger,
): Promise<void> => {
  for (const { name } of await repository.list())
    if (!channels.has(name)) {
      await repository.unregister(name);
      logger.warn({ channel: name }, 'the channel is not configured any more; what was due through it is given up');
    }
  const names = [...channels.keys()];
  for (const name of names) await repository.register(name, subjectOf(name));
  logger.info({ channels: names }, 'delivering through these channels');
  if (!names.some((name) => subjectOf(name) === 'page'))
    logger.warn('no channel for pages: nobody is paged; set PAGERDUTY_ROUTING_KEY, or WEBHOOK_URL and WEBHOOK_SECRET');
};
