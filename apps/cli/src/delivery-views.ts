import { z } from 'zod';
import { answerOf, channelShape, channelTestAnswer, deliveryShape, listedDeliveryShape } from '#contracts';
import { readAnswer } from './answers.js';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

type Listed = z.infer<typeof listedDeliveryShape>;

const through = (channel: string, address: string | null): string =>
  address === null ? channel : `${channel} ${address}`;

/** Longest detail of a line; `show` has the rest. */
const DETAIL_CHARS_MAX = 60;

const rowsOf = (deliveries: readonly Listed[]): readonly string[] =>
  deliveries.length === 0
    ? ['nothing was sent']
    : formatTable(
        ['delivery', 'asked (UTC)', 'what', 'through', 'key', 'status', 'attempts', 'fell over to', 'last answer'],
        deliveries.map((each) => [
          each.deliveryId,
          formatTime(each.requestedAt),
          each.subject === each.action ? each.action : `${each.subject} ${each.action}`,
          through(each.channel, each.address),
          each.dedupKey,
          `${each.status}${each.isUnknown ? ', unknown' : ''}`,
          String(each.attempts),
          each.fellOverTo ?? '',
          (each.lastDetail ?? '').replaceAll(/\s+/g, ' ').slice(0, DETAIL_CHARS_MAX),
        ]),
      );

/** Deliveries, for people. */
export const formatDeliveries = (answer: unknown): readonly string[] =>
  rowsOf(readAnswer(z.object({ deliveries: z.array(listedDeliveryShape) }), answer).deliveries);

/** What called people, for people. */
export const formatPages = (answer: unknown): readonly string[] =>
  rowsOf(readAnswer(z.object({ pages: z.array(listedDeliveryShape) }), answer).pages);

/** One delivery with each attempt, for people. */
export const formatDelivery = (answer: unknown): readonly string[] => {
  const { delivery } = readAnswer(answerOf('delivery', deliveryShape), answer);
  const { subject, action, channel, address, dedupKey, insteadOf, status, because, at, attempts } = delivery;
  const rows = attempts.map((each) => [
    String(each.attempt),
    formatTime(each.at),
    `${each.outcome}${each.isUnknown === true ? ', unknown' : ''}`,
    each.status === null ? '-' : String(each.status),
    each.receiverId ?? '',
    each.detail.replaceAll(/\s+/g, ' '),
  ]);
  return [
    `${delivery.deliveryId}: ${subject} ${action} of ${dedupKey} through ${through(channel, address)}, asked ${formatTime(at)}`,
    `${status}${because === undefined ? '' : `: ${because}`}`,
    ...(insteadOf === undefined ? [] : [`in place of ${insteadOf}`]),
    ...delivery.fellOver.map((fell) => `${formatTime(fell.at)} fell over to ${fell.toChannel}: ${fell.because}`),
    ...delivery.retries.map((retry) => `${formatTime(retry.at)} ${retry.by} had it sent again`),
    ...formatTable(['attempt', 'at (UTC)', 'outcome', 'status', 'their id', 'answer'], rows),
  ];
};

const lanes = ({ tokens, urgentTokens }: { readonly tokens: number | null; readonly urgentTokens: number | null }) =>
  tokens === null ? '-' : `${Math.floor(tokens)} and ${Math.floor(urgentTokens ?? 0)}`;

type Channel = z.infer<typeof channelShape>;

const linesOf = ({ name, subject, disabledBecause, pending, receivers }: Channel): readonly string[][] => {
  const of = [name, subject, disabledBecause === null ? 'enabled' : `disabled: ${disabledBecause}`, String(pending)];
  if (receivers.length === 0) return [[...of, '', 'untried', '-', '-']];
  return receivers.map((each) => [
    ...of,
    each.address ?? '',
    each.breaker === 'closed' ? 'closed' : `${each.breaker}, ${each.failures} failures`,
    lanes(each),
    each.lastDeliveredAt === null ? '-' : formatTime(each.lastDeliveredAt),
  ]);
};

const HEADS = [
  'channel',
  'for',
  'state',
  'waiting',
  'receiver',
  'breaker',
  'tokens and urgent',
  'last delivered (UTC)',
];

/** Channels, for people. */
export const formatChannels = (answer: unknown): readonly string[] => {
  const all = readAnswer(z.object({ channels: z.array(channelShape) }), answer).channels;
  return all.length === 0 ? ['no channel is configured'] : formatTable(HEADS, all.flatMap(linesOf));
};

/** One channel, for people. */
export const formatChannel = (answer: unknown): readonly string[] =>
  formatTable(HEADS, [...linesOf(readAnswer(answerOf('channel', channelShape), answer).channel)]);

/** A test that was asked for, for people. */
export const formatTested = (answer: unknown): readonly string[] => {
  const { dedupKey } = readAnswer(channelTestAnswer, answer);
  return [`sent; what becomes of it: tocsin deliveries ls --dedup-key ${dedupKey}`];
};
