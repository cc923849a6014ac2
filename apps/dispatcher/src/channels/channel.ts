import type { EventData } from '#contracts';

/** What is to be sent: the request that was recorded, unchanged over all attempts. */
export type OutgoingDelivery = Pick<
  EventData<'DeliveryRequested'>,
  'deliveryId' | 'subject' | 'action' | 'dedupKey' | 'body'
>;

/** One HTTP POST, complete: sending it needs no more knowledge of the channel. */
export interface ChannelRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/** A kind of receiver. Channels only make requests; sending, retrying and recording is the same for all of them. */
export interface Channel {
  readonly name: string;
  readonly requestOf: (delivery: OutgoingDelivery, nowMs: number) => ChannelRequest;
  /** Values that no log line and no record may show. */
  readonly secrets: readonly string[];
}

/** The channels that are configured, by name. */
export type Channels = ReadonlyMap<string, Channel>;
