import { lengthOf, clockOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { Card } from '../ui/card.js';
import { Mark, type Tone } from '../ui/mark.js';
import type { OpenIncident } from './now-document.js';

type Delivery = OpenIncident['deliveries'][number];
const DELIVERIES: Readonly<Record<Delivery['status'], Tone>> = { delivered: 'good', due: 'warn', gave_up: 'bad', superseded: 'still' };

/** What became of a page, in words. */
const fateOf = ({ status, attemptCount, dueAt, finishedAt, lastDetail, fellOverTo }: Delivery, now: number): string => {
  if (status === 'delivered' && finishedAt !== null) return `${lengthOf(now - Date.parse(finishedAt))} ago`;
  if (status === 'due' && dueAt !== null)
    return `attempt ${attemptCount + 1} in ${lengthOf(Math.max(0, Date.parse(dueAt) - now))}${fellOverTo === null ? '' : `, sent by ${fellOverTo} too`}`;
  return lastDetail ?? '';
};

const Deliveries = ({ deliveries, now }: { readonly deliveries: readonly Delivery[]; readonly now: number }) => (
  <ul aria-label="Deliveries">
    {deliveries.map((delivery) => (
      <li key={delivery.deliveryId}>
        {delivery.channel}
        {delivery.person !== null && ` to ${delivery.person}`}: {delivery.action.replaceAll('_', ' ')}{' '}
        <Mark tone={DELIVERIES[delivery.status]}>{delivery.status.replaceAll('_', ' ')}</Mark> {fateOf(delivery, now)}
      </li>
    ))}
  </ul>
);

interface OwnerProps {
  readonly incident: OpenIncident | undefined;
  readonly ended: string | null;
  readonly now: number;
}

/** Who has it, whether the page was delivered, and who is called next. */
export const Owner = ({ incident, ended, now }: OwnerProps) => {
  const { zone } = useZone();
  if (incident === undefined)
    return (
      <Card title="Who has it" className="owner">
        <p className="quiet">
          {ended === null ? 'There was no incident yet.' : `Nobody needs to. The last incident ended ${lengthOf(now - Date.parse(ended))} ago.`}
        </p>
      </Card>
    );
  const { owner, acknowledgedAt, escalation, deliveries } = incident;
  return (
    <Card title="Who has it" className="owner">
      <p>
        {acknowledgedAt === null ? (
          <Mark tone="bad">{`nobody has acknowledged, for ${lengthOf(now - Date.parse(incident.openedAt))}`}</Mark>
        ) : (
          <>
            <Mark tone="good">acknowledged</Mark> {owner} at {clockOf(Date.parse(acknowledgedAt), zone)} {zone}
          </>
        )}
      </p>
      {escalation !== null && (
        <p>
          Escalation {escalation.state}: level {escalation.level} of {escalation.levels}
          {escalation.next !== null && escalation.nextAt !== null && (
            <>
              , {escalation.next} in {lengthOf(Math.max(0, Date.parse(escalation.nextAt) - now))}
            </>
          )}
        </p>
      )}
      <Deliveries deliveries={deliveries} now={now} />
    </Card>
  );
};
