import { isRefusal, mapPage, type RecordedEvent, refuse, type Refusal, streamOf } from '#contracts';
import { type Delivery, evolveDelivery, isDeliveryEvent, receiverState } from '#domain';
import {
  createDeliveryClaims,
  createDeliveryQueues,
  createDeliveryRepository,
  type Database,
  type DeliveryFilter,
  type DeliveryRow,
  type PageAsk,
  readStream,
  type ReceiverRow,
} from '#store';

/** An address as it may be shown: of a URL or a key the path and the rest are passwords. */
export const shownAddress = (address: string | null): string | null => {
  if (address === null) return null;
  if (URL.canParse(address) && address.includes('://')) return `${new URL(address).origin}/…`;
  return /^[A-Za-z0-9_-]{24,}$/.test(address) ? `${address.slice(0, 4)}…` : address;
};

/** What a list shows of a delivery: all but what was said, which may be long. */
export const listedDelivery = ({ body: _said, requestedPosition: _place, address, ...row }: DeliveryRow) => ({
  ...row,
  address: shownAddress(address),
});

const known = (recorded: readonly RecordedEvent[]): Delivery | undefined =>
  recorded.reduce<Delivery | undefined>(
    (before, { event }) => (isDeliveryEvent(event) ? evolveDelivery(before, event) : before),
    undefined,
  );

/** One delivery with each attempt, from its stream. */
const shown = ({ requested, attempts, fellOver, retries, ...state }: Delivery) => ({
  ...requested,
  address: shownAddress(requested.address ?? null),
  ...state,
  attempts,
  fellOver,
  retries,
});

/** One delivery as the ledger shows it. */
export type ShownDelivery = ReturnType<typeof shown>;

/** Tokens are as they were at the last draw; what flowed in since is not counted. */
const receiver = (row: ReceiverRow, nowMs: number) => ({
  address: row.address === '' ? null : shownAddress(row.address),
  breaker: receiverState(row, nowMs),
  failures: row.failures,
  heldUntil: row.heldUntilMs > nowMs ? row.heldUntilMs : null,
  tokens: row.tokens,
  urgentTokens: row.urgentTokens,
  lastDeliveredAt: row.lastDeliveredAt,
  lastFailedAt: row.lastFailedAt,
});

/** The ledger of what was sent. */
export const deliveryQueries = ({ database, nowMs }: { readonly database: Database; readonly nowMs: () => number }) => {
  const deliveries = createDeliveryRepository(database);
  const queues = createDeliveryQueues(database);
  const claims = createDeliveryClaims(database);
  return {
    ledger: async (ask: DeliveryFilter & PageAsk) => {
      const page = await deliveries.page(ask);
      return isRefusal(page) ? page : mapPage(page, listedDelivery);
    },
    delivery: async (deliveryId: string): Promise<ShownDelivery | Refusal> => {
      const delivery = known(await readStream(database, streamOf.delivery(deliveryId)));
      return delivery === undefined ? refuse('NOT_FOUND', `there is no delivery ${deliveryId}`) : shown(delivery);
    },
    incidentPagedAs: deliveries.incidentPagedAs,
    channels: async () => {
      const rows = await claims.receivers();
      const at = nowMs();
      return (await queues.channels()).map((channel) => ({
        ...channel,
        receivers: rows.filter((row) => row.channel === channel.name).map((row) => receiver(row, at)),
      }));
    },
  };
};

/** A channel as the ledger shows it. */
export type ShownChannel = Awaited<ReturnType<ReturnType<typeof deliveryQueries>['channels']>>[number];

/** The channel of a name. */
export const channelNamed = (channels: readonly ShownChannel[], name: string): ShownChannel | Refusal =>
  channels.find((channel) => channel.name === name) ?? refuse('NOT_FOUND', `there is no channel ${name}`);
