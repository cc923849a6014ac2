import { event, type Event, refuse, type Refusal } from '#contracts';
import type { Acting } from '../rule/acting.js';
import type { Delivery } from './delivery.js';
import { isCall } from './urgency.js';

/**
 * Has a delivery that was given up sent again: now, with all its attempts before it. Others are on their way, or need none. A call whose
 * key is over would wake somebody for nothing, and stay open: what would end it was told already.
 */
export const decideRetry = (
  delivery: Delivery | undefined,
  isOver: boolean,
  { by, at }: Acting,
): readonly Event[] | Refusal => {
  if (delivery === undefined) return refuse('NOT_FOUND', 'there is no such delivery');
  const { status, requested } = delivery;
  if (status !== 'gave_up') return refuse('DELIVERY_NOT_GIVEN_UP', `the delivery is ${status}`);
  const { deliveryId, subject, body } = requested;
  const expiresAtMs = Number(body['expiresAtMs'] ?? 0);
  if (subject === 'command' && expiresAtMs <= at)
    return refuse('DELIVERY_NOT_GIVEN_UP', 'its command has expired, and nobody would act on it');
  if (isOver && isCall(requested))
    return refuse('DELIVERY_NOT_GIVEN_UP', 'what it calls for is over, and nobody would end it');
  return [event('DeliveryRetried', { deliveryId, by, at })];
};
