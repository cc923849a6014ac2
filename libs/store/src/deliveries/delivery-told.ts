import type { EventData } from '#contracts';
import type { Addressee } from '#domain';

type Requested = EventData<'DeliveryRequested'>;

/** What a delivery tells about. */
export type DeliverySubject = Requested['subject'];
/** What a delivery says of it. */
export type DeliveryAction = Requested['action'];

/** A channel that wants deliveries of one subject. */
export interface ChannelRow {
  readonly name: string;
  readonly subject: DeliverySubject;
}

/** What is told, and whom; `to` absent: every channel of its subject. */
export interface Told extends Pick<Requested, 'subject' | 'action' | 'dedupKey' | 'body' | 'at' | 'isUrgent'> {
  readonly to?: readonly Addressee[];
}
