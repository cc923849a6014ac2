import type { EventData } from '#contracts';

type Requested = EventData<'DeliveryRequested'>;

/**
 * How long the public and customers wait for what is said to them before that is told: beyond what a receiver that restarts needs, and
 * soon enough to say it by hand before the next update is due.
 */
export const LATE_MS = 300_000;

/** How long ago something may have been given up to be told: its dispatcher tells it at once, and after an hour's stop it is history. */
export const LOST_AGE_MAX_MS = 3_600_000;

/** Something that a channel did not bring. */
export interface Unbrought extends Pick<Requested, 'subject' | 'action' | 'dedupKey'> {
  readonly lastDetail: string | null;
}

/** What is known of one channel. */
export interface ChannelRecord {
  readonly channel: string;
  readonly isDisabled: boolean;
  /** What was told last under its key; null: nothing ever. */
  readonly told: (Pick<Requested, 'action' | 'at'> & { readonly deliveryId: string }) | null;
  readonly lastDeliveredAt: number | null;
  /** What is no call and was given up since people were last told that all is well; null: nothing. */
  readonly lost: Unbrought | null;
  /** What the public or a customer waits for longer than `LATE_MS`; null: nothing. */
  readonly late: Unbrought | null;
}

/** What people are told of a channel. */
export type ChannelVerdict =
  | { readonly do: 'tell'; readonly title: string; readonly severity: 'error' | 'warning' }
  | { readonly do: 'end'; readonly because: string };

/** What a delivery is, in words; of pages its action says it. */
const WORDS: Readonly<Record<Requested['subject'], string>> = {
  page: 'news of a page',
  command: 'a command',
  notice: 'a message to a customer',
  rollout: 'news of a rollout',
  status: 'a status update',
  change: 'a change',
};

const wordsOf = ({ subject, action, dedupKey }: Unbrought): string =>
  `${action === 'resolve' ? 'the end of a page' : WORDS[subject]} (${dedupKey})`;

/** Of what only stands beside something else nobody is woken by an error. */
const severityOf = ({ subject }: Unbrought): 'error' | 'warning' =>
  subject === 'change' || subject === 'rollout' ? 'warning' : 'error';

/**
 * Decides on a channel. What is no call falls over to no other channel, since no other reaches its readers: that it did not arrive is
 * told instead, once, until the channel delivers again. Nothing ends while something is late, or it would be told again at once; what a
 * disabled channel is told of ends when it is enabled.
 */
export const decideChannelNews = (record: ChannelRecord): ChannelVerdict | undefined => {
  const { channel, isDisabled, told, lastDeliveredAt, lost, late } = record;
  if (told !== null && told.action !== 'resolve') {
    const isWell = !isDisabled && late === null && lastDeliveredAt !== null && lastDeliveredAt > told.at;
    return isWell ? { do: 'end', because: `channel ${channel} delivers again` } : undefined;
  }
  const what = lost ?? late;
  if (what === null) return undefined;
  const did = lost === null ? `has not brought ${wordsOf(what)} for 5 minutes` : `gave up ${wordsOf(what)}`;
  const title = `channel ${channel} ${did}: ${what.lastDetail ?? 'no attempt yet'}`;
  return { do: 'tell', title, severity: severityOf(what) };
};
