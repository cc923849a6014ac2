import { useAct } from '../api/use-act.js';
import { useNow } from '../time/clock.js';
import { Act } from '../ui/act.js';
import { said, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark, type Tone } from '../ui/mark.js';
import { words } from '../ui/words.js';
import { fateOf } from './fate.js';
import { RETRY } from './delivery-document.js';

/** A page or another message, and what became of it. */
export interface DeliveryShown {
  readonly deliveryId: string;
  readonly channel: string;
  readonly person: string | null;
  readonly action: string;
  readonly status: 'delivered' | 'due' | 'gave_up' | 'superseded';
  readonly requestedAt: string;
  readonly finishedAt: string | null;
  readonly dueAt: string | null;
  readonly attemptCount: number;
  readonly lastDetail: string | null;
  readonly fellOverTo: string | null;
}

/** How a state of a delivery is shown. */
export const DELIVERY_TONES: Readonly<Record<DeliveryShown['status'], Tone>> = {
  delivered: 'good',
  due: 'warn',
  gave_up: 'bad',
  superseded: 'still',
};

/** Sends again what was given up. */
export const Retry = ({ deliveryId }: Pick<DeliveryShown, 'deliveryId'>) => {
  const send = useAct(RETRY);
  return (
    <Act
      label="Send again"
      needs="operate"
      done="Due again."
      send={(form) => send({ deliveryId, ...(said(form, 'comment') && { comment: said(form, 'comment') }) })}
    >
      <Text label="Why (optional)" name="comment" maxLength={COMMENT_MAX} />
    </Act>
  );
};

interface DeliveryListProps {
  readonly deliveries: readonly DeliveryShown[];
  readonly now: number;
  /** Whether what was given up can be sent again from here. */
  readonly canRetry?: boolean;
}

/** Deliveries, newest first as the API has them. */
export const DeliveryList = ({ deliveries, now, canRetry = false }: DeliveryListProps) =>
  deliveries.length === 0 ? (
    <p className="quiet">Nothing was sent.</p>
  ) : (
    <ul aria-label="Deliveries">
      {deliveries.map((delivery) => (
        <li key={delivery.deliveryId}>
          {delivery.channel}
          {delivery.person !== null && ` to ${delivery.person}`}: {words(delivery.action)}{' '}
          <Mark tone={DELIVERY_TONES[delivery.status]}>{words(delivery.status)}</Mark> {fateOf(delivery, now)}{' '}
          {canRetry && delivery.status === 'gave_up' && <Retry deliveryId={delivery.deliveryId} />}
        </li>
      ))}
    </ul>
  );

/** The same, growing older by itself: nothing around it is drawn again for that. */
export const DeliveriesNow = (props: Omit<DeliveryListProps, 'now'>) => <DeliveryList {...props} now={useNow()} />;
