import type { EventData } from '#contracts';

/** What is to be told, before it is known through which channels. */
export type Told = Pick<EventData<'DeliveryRequested'>, 'subject' | 'action' | 'dedupKey' | 'body' | 'at'>;
