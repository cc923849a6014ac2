import { z } from 'zod';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

const row = z.looseObject({
  deliveryId: z.string(),
  subject: z.string(),
  action: z.string(),
  channel: z.string(),
  address: z.string().nullable(),
  dedupKey: z.string(),
  status: z.string(),
  attempts: z.number(),
  isUnknown: z.boolean(),
  fellOverTo: z.string().nullable(),
  lastDetail: z.string().nullable(),
  requestedAt: z.number(),
});
const list = z.looseObject({ deliveries: z.array(row) });

const through = (channel: string, address: string | null): string =>
  address === null ? channel : `${channel} ${address}`;

/** Longest detail of a line; `show` has the rest. */
const DETAIL_CHARS_MAX = 60;

/** Deliveries, for people. */
export const formatDeliveries = (answer: unknown): readonly string[] => {
  const { deliveries } = list.parse(answer);
  if (deliveries.length === 0) return ['nothing was sent'];
  const rows = deliveries.map((each) => [
    each.deliveryId,
    formatTime(each.requestedAt),
    each.subject === each.action ? each.action : `${each.subject} ${each.action}`,
    through(each.channel, each.address),
    each.dedupKey,
    `${each.status}${each.isUnknown ? ', unknown' : ''}`,
    String(each.attempts),
    each.fellOverTo ?? '',
    (each.lastDetail ?? '').replaceAll(/\s+/g, ' ').slice(0, DETAIL_CHARS_MAX),
  ]);
  return formatTable(
    ['delivery', 'asked (UTC)', 'what', 'through', 'key', 'status', 'attempts', 'fell over to', 'last answer'],
    rows,
  );
};

const one = z.looseObject({
  delivery: z.looseObject({
    deliveryId: z.string(),
    subject: z.string(),
    action: z.string(),
    channel: z.string(),
    address: z.string().nullable(),
    dedupKey: z.string(),
    insteadOf: z.string().optional(),
    status: z.string(),
    because: z.string().optional(),
    at: z.number(),
    attempts: z.array(
      z.looseObject({
        attempt: z.number(),
        outcome: z.string(),
        status: z.number().nullable(),
        detail: z.string(),
        isUnknown: z.boolean().optional(),
        receiverId: z.string().optional(),
        at: z.number(),
      }),
    ),
    fellOver: z.array(z.looseObject({ toChannel: z.string(), because: z.string(), at: z.number() })),
    retries: z.array(z.looseObject({ by: z.string(), at: z.number() })),
  }),
});

/** One delivery with each attempt, for people. */
export const formatDelivery = (answer: unknown): readonly string[] => {
  const { delivery } = one.parse(answer);
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

const channel = z.looseObject({
  name: z.string(),
  subject: z.string(),
  disabledBecause: z.string().nullable(),
  pending: z.number(),
  receivers: z.array(
    z.looseObject({
      address: z.string().nullable(),
      breaker: z.string(),
      failures: z.number(),
      tokens: z.number().nullable(),
      urgentTokens: z.number().nullable(),
      lastDeliveredAt: z.number().nullable(),
    }),
  ),
});
const channels = z.looseObject({ channels: z.array(channel) });
const single = z.looseObject({ channel });

const lanes = ({ tokens, urgentTokens }: { readonly tokens: number | null; readonly urgentTokens: number | null }) =>
  tokens === null ? '-' : `${Math.floor(tokens)} and ${Math.floor(urgentTokens ?? 0)}`;

type Channel = z.infer<typeof channel>;

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
  const all = channels.parse(answer).channels;
  return all.length === 0 ? ['no channel is configured'] : formatTable(HEADS, all.flatMap(linesOf));
};

/** One channel, for people. */
export const formatChannel = (answer: unknown): readonly string[] =>
  formatTable(HEADS, [...linesOf(single.parse(answer).channel)]);

/** A test that was asked for, for people. */
export const formatTested = (answer: unknown): readonly string[] => {
  const { dedupKey } = z.looseObject({ dedupKey: z.string() }).parse(answer);
  return [`sent; what becomes of it: tocsin deliveries ls --dedup-key ${dedupKey}`];
};
