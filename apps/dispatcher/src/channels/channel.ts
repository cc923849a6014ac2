import type { EventData } from '#contracts';
import type { AttemptAnswer } from './attempt.decide.js';
import { post } from './post.js';

/** What is to be sent: the request that was recorded, unchanged over all attempts. */
export type OutgoingDelivery = Pick<
  EventData<'DeliveryRequested'>,
  'deliveryId' | 'subject' | 'action' | 'dedupKey' | 'body'
> & {
  /** Which of the channel's receivers; null or absent: the one that it reaches by itself. */
  readonly address?: string | null;
};

/** One HTTP POST, complete: sending it needs no more knowledge of the channel. */
export interface ChannelRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/** How fast a receiver lets itself be told. */
export interface Pace {
  /** Requests a minute of everything. */
  readonly perMinute: number;
  /** Beyond these, requests a minute that only urgent deliveries may use: the priority lane. */
  readonly urgentPerMinute: number;
}

/** One attempt. */
export interface Attempt {
  readonly nowMs: number;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/** A kind of receiver. Channels only send, once; retrying, pacing and recording is the same for all of them. */
export interface Channel {
  readonly name: string;
  /** Whether the receiver folds what arrives twice by its key. If not, a lost answer is recorded as unknown. */
  readonly isKeyed: boolean;
  /** undefined: as fast as deliveries come. */
  readonly pace?: Pace | undefined;
  /** How long one attempt may take at most. */
  readonly timeoutMs: number;
  /** Sends one delivery, once. Every failure of the receiver is an answer, never an exception; a delivery that cannot be put into the channel's words throws. */
  readonly send: (delivery: OutgoingDelivery, attempt: Attempt) => Promise<AttemptAnswer>;
  /** Values that no log line and no record may show. */
  readonly secrets: readonly string[];
}

/** The channels that are configured, by name. */
export type Channels = ReadonlyMap<string, Channel>;

/** A channel that is one POST. */
export interface HttpChannel extends Channel {
  readonly requestOf: (delivery: OutgoingDelivery, nowMs: number) => ChannelRequest;
}

/** Makes a channel of its request; `readAnswer` is for receivers that say 200 to what they refuse. */
export const httpChannel = (
  parts: Omit<HttpChannel, 'send'> & { readonly readAnswer?: (answer: AttemptAnswer) => AttemptAnswer },
): HttpChannel => {
  const { readAnswer = (answer) => answer, ...channel } = parts;
  return {
    ...channel,
    send: async (delivery, { nowMs, signal }) =>
      readAnswer(await post(channel.requestOf(delivery, nowMs), channel.secrets, signal)),
  };
};
