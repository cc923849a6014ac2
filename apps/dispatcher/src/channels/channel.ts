import { type OutgoingRequest, post } from '#outgoing';
import type { EventData } from '#contracts';
import type { DeliveryPace } from '#domain';
import type { DeliverySubject } from '#store';
import type { AttemptAnswer } from './attempt.decide.js';

/** What is to be sent: the request that was recorded, unchanged over all attempts. */
export type OutgoingDelivery = Pick<
  EventData<'DeliveryRequested'>,
  'deliveryId' | 'subject' | 'action' | 'dedupKey' | 'body'
> & {
  /** Which of the channel's receivers; null or absent: the one that it reaches by itself. */
  readonly address?: string | null;
};

/** One attempt. */
export interface Attempt {
  readonly nowMs: number;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
  /** What the receiver called what it was first told under this key, where it said. */
  readonly known?: string | undefined;
}

/** How a receiver that forgets is reminded. */
export interface Refresh {
  readonly everyMs: number;
  /** How long what is over is told again. */
  readonly afterEndMs: number;
  /** Tells all of them again by one request; what is wrong with it is an answer. */
  readonly send: (deliveries: readonly OutgoingDelivery[], attempt: Attempt) => Promise<AttemptAnswer>;
}

/** A kind of receiver. Channels only send, once; retrying, pacing and recording is the same for all of them. */
export interface Channel {
  readonly name: string;
  /** What it tells of; absent: pages. */
  readonly subject?: DeliverySubject | undefined;
  /** Whether the receiver folds what arrives twice by its key. If not, a lost answer is recorded as unknown. */
  readonly isKeyed: boolean;
  /** What an address may be, where it names something that is configured; none: it reaches one receiver. Absent: whatever its receiver knows. */
  readonly addresses?: readonly string[] | undefined;
  /** undefined: as fast as deliveries come. */
  readonly pace?: DeliveryPace | undefined;
  /** How long one attempt may take at most. */
  readonly timeoutMs: number;
  /** Sends one delivery, once. Every failure of the receiver is an answer, never an exception; a delivery that cannot be put into the channel's words throws. */
  readonly send: (delivery: OutgoingDelivery, attempt: Attempt) => Promise<AttemptAnswer>;
  /** Where the receiver forgets what is not told again. */
  readonly refresh?: Refresh | undefined;
  /** Values that no log line and no record may show. */
  readonly secrets: readonly string[];
}

/** The channels that are configured, by name. */
export type Channels = ReadonlyMap<string, Channel>;

/** A channel that is one HTTP request. */
export interface HttpChannel extends Channel {
  /** Whether its receiver may be in a private network: what an operator says, never what a receiver asks for. */
  readonly allowsPrivate?: boolean | undefined;
  readonly requestOf: (delivery: OutgoingDelivery, nowMs: number, known?: string) => OutgoingRequest;
}

/** Makes a channel of its request; `readAnswer` is for receivers that say 200 to what they refuse. */
export const httpChannel = (
  parts: Omit<HttpChannel, 'send'> & { readonly readAnswer?: (answer: AttemptAnswer) => AttemptAnswer },
): HttpChannel => {
  const { readAnswer = (answer) => answer, ...channel } = parts;
  return {
    ...channel,
    send: async (delivery, { nowMs, signal, known }) => {
      const { secrets, allowsPrivate = false } = channel;
      return readAnswer(await post(channel.requestOf(delivery, nowMs, known), secrets, signal, allowsPrivate));
    },
  };
};
