import { decisionId, event, type Event, isRefusal, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import {
  channelEnds,
  channelKeyOf,
  type ChannelSwitch,
  decideEnabling,
  decideRetry,
  type Delivery,
  ENABLED,
  evolveChannel,
  evolveDelivery,
  isChannelEvent,
  isDeliveryEvent,
} from '#domain';
import type { Clock } from '#runtime';
import { createDeliveryRepository, type Database, type StreamAppend } from '#store';
import { metadataOf } from './act-metadata.js';
import { act, type ActParts } from './act.js';
import { appendNew } from './append-again.js';
import { newId } from './new-id.js';
import { channelNamed, deliveryQueries, type ShownChannel, type ShownDelivery } from './delivery-views.js';

type Parts = ActParts & { readonly database: Database };

const queriesOf = ({ database, clock }: Parts) => deliveryQueries({ database, nowMs: clock.nowMs });

const retry = async (parts: Parts, deliveryId: string, caller: Principal): Promise<ShownDelivery | Refusal> => {
  const deliveries = createDeliveryRepository(parts.database);
  const refusal = await act<Delivery | undefined>(parts, {
    stream: streamOf.delivery(deliveryId),
    cause: `retry delivery ${deliveryId}`,
    caller,
    nothing: undefined,
    evolve: (known, told) => (isDeliveryEvent(told) ? evolveDelivery(known, told) : known),
    decide: async (known, acting) => {
      const isOver = known !== undefined && (await deliveries.isOver(known.requested.dedupKey));
      return decideRetry(known, isOver, acting);
    },
  });
  return isRefusal(refusal) ? refusal : queriesOf(parts).delivery(deliveryId);
};

/** What was told of a channel lately: more than one news of it that went through every channel there is. */
const TOLD_MAX = 50;

/** Whoever was told that a channel is disabled is told that it is over, by the same key. */
const endTold = async ({ database, store, clock }: Parts, channel: string, caller: Principal): Promise<void> => {
  const { terms: _ofTheFirst, ...metadata } = metadataOf(caller, `enable channel ${channel}`);
  const told = await createDeliveryRepository(database).list({ dedupKey: channelKeyOf(channel), limit: TOLD_MAX });
  const appends = channelEnds(channel, told, `enabled by ${metadata.actor}`, clock.nowMs()).map((end) => ({
    stream: streamOf.delivery(end.data.deliveryId),
    expectedVersion: 0,
    events: [end],
  }));
  if (appends.length > 0) await store.append(appends, metadata);
};

const enable = async (parts: Parts, name: string, caller: Principal): Promise<ShownChannel | Refusal> => {
  const queries = queriesOf(parts);
  const found = channelNamed(await queries.channels(), name);
  if (isRefusal(found)) return found;
  const refusal = await act<ChannelSwitch>(parts, {
    stream: streamOf.channel(name),
    cause: `enable channel ${name}`,
    caller,
    nothing: ENABLED,
    evolve: (known, told) => (isChannelEvent(told) ? evolveChannel(known, told) : known),
    decide: (known, acting) => decideEnabling(known, name, acting),
  });
  if (isRefusal(refusal)) return refusal;
  await endTold(parts, name, caller);
  return channelNamed(await queries.channels(), name);
};

const testAppend = (
  channel: string,
  by: string,
  action: 'trigger' | 'resolve',
  dedupKey: string,
  at: number,
): StreamAppend => {
  const deliveryId = decisionId(JSON.stringify(['test', dedupKey, action]));
  const requested: Event = event('DeliveryRequested', {
    deliveryId,
    subject: 'page',
    action,
    channel,
    isUrgent: false,
    dedupKey,
    body: {
      title: `Tocsin tries channel ${channel}, asked by ${by}`,
      severity: 'info',
      rule: 'test',
      isTest: true,
      at,
    },
    at,
  });
  return { stream: streamOf.delivery(deliveryId), expectedVersion: 0, events: [requested] };
};

/** Why nobody may be paged through a channel to try it; undefined: they may. What is not for pages would reach customers, or act. */
export const refuseUntestable = async (
  database: Database,
  clock: Pick<Clock, 'nowMs'>,
  name: string,
): Promise<Refusal | undefined> => {
  const found = channelNamed(await deliveryQueries({ database, nowMs: clock.nowMs }).channels(), name);
  if (isRefusal(found)) return found;
  if (found.subject === 'page' && found.disabledBecause === null) return undefined;
  return refuse(
    'CHANNEL_NOT_TESTABLE',
    found.subject === 'page' ? `channel ${name} is disabled` : `channel ${name} is for ${found.subject}, not for pages`,
  );
};

/** A page that says that it is a test and its end, through one channel. */
const test = async (parts: Parts, name: string, caller: Principal) => {
  const metadata = metadataOf(caller, `test channel ${name}`);
  const dedupKey = `test-${newId()}`;
  const decide = async () => {
    const untestable = await refuseUntestable(parts.database, parts.clock, name);
    if (untestable !== undefined) return untestable;
    const at = parts.clock.nowMs();
    return (['trigger', 'resolve'] as const).map((action) => testAppend(name, metadata.actor, action, dedupKey, at));
  };
  const made = await appendNew(parts.store, metadata, {
    newId: dedupKey,
    decide,
    idIn: ({ type, data }) => (type === 'DeliveryRequested' ? data.dedupKey : undefined),
  });
  return isRefusal(made) ? made : { dedupKey: made };
};

/** What people do with deliveries and channels. */
export const deliveryActs = (parts: Parts) => ({
  retryDelivery: (deliveryId: string, caller: Principal) => retry(parts, deliveryId, caller),
  enableChannel: (name: string, caller: Principal) => enable(parts, name, caller),
  testChannel: (name: string, caller: Principal) => test(parts, name, caller),
});
