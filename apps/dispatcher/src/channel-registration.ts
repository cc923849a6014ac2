import type { Logger } from '#runtime';
import type { ChannelRepository } from '#store';
import type { Channels } from './channels/channel.js';

/** The channels that page. */
export const pageChannels = (channels: Channels): Channels =>
  new Map([...channels].filter(([, { subject = 'page' }]) => subject === 'page'));

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
  const all = [...channels.values()];
  for (const { name, subject = 'page' } of all) await repository.register(name, subject);
  logger.info({ channels: all.map(({ name }) => name) }, 'delivering through these channels');
  if (!all.some(({ subject = 'page' }) => subject === 'page'))
    logger.warn('no channel for pages: nobody is paged; docs/channels.md says which settings configure one');
};
