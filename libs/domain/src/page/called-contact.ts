import type { EventData } from '#contracts';

/** Whom a delivery goes to: a channel, which of its addresses, and whose that is. */
export type Addressee = Pick<EventData<'DeliveryRequested'>, 'channel' | 'address' | 'person'>;

/** Somebody who was called for an incident, and the key that the call went by. */
export interface CalledContact {
  readonly dedupKey: string;
  readonly channel: string;
  readonly address: string | null;
  readonly person: string | null;
}

const receiverOf = ({ channel, address, person }: CalledContact): Addressee => ({
  channel,
  ...(address === null ? {} : { address }),
  ...(person === null ? {} : { person }),
});

/** Whoever was called under a key. */
export const receiversUnder = (key: string, called: readonly CalledContact[]): readonly Addressee[] =>
  called.filter(({ dedupKey }) => dedupKey === key).map(receiverOf);
