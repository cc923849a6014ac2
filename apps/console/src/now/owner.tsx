import { DeliveryList } from '../deliveries/delivery-list.js';
import { Acknowledge } from '../incident/acknowledge.js';
import { clockOf, lengthOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { words } from '../ui/words.js';
import type { OpenIncident } from './now-document.js';
import { type IncidentTold, OfIncident } from './of-incident.js';

/** Whether somebody has it, and who; an unanswered page grows older before the eyes. */
export const Taken = ({
  incident,
  now,
}: {
  readonly incident: Pick<OpenIncident, 'acknowledgedAt' | 'openedAt' | 'owner' | 'snoozedUntil'>;
  readonly now: number;
}) => {
  const { zone } = useZone();
  const { acknowledgedAt, openedAt, owner, snoozedUntil } = incident;
  const isSnoozed = snoozedUntil !== null && Date.parse(snoozedUntil) > now;
  const held = isSnoozed ? `; nobody is called for ${lengthOf(Date.parse(snoozedUntil) - now)} more` : '';
  return acknowledgedAt === null ? (
    <>
      <Mark tone="bad">{`nobody has acknowledged, for ${lengthOf(now - Date.parse(openedAt))}`}</Mark>
      {held}
    </>
  ) : (
    <>
      <Mark tone="good">acknowledged</Mark> by {owner} at {clockOf(Date.parse(acknowledgedAt), zone)} {zone},{' '}
      {lengthOf(now - Date.parse(acknowledgedAt))} ago{held}
    </>
  );
};

/** Where the escalation stands, and who is called when. */
export const Escalating = ({
  escalation,
  now,
}: {
  readonly escalation: NonNullable<OpenIncident['escalation']>;
  readonly now: number;
}) => (
  <p>
    Escalation {words(escalation.state)}: level {escalation.level} of {escalation.levels}
    {escalation.next !== null &&
      escalation.nextAt !== null &&
      `, ${escalation.next} in ${lengthOf(Math.max(0, Date.parse(escalation.nextAt) - now))}`}
    {escalation.heldBy !== null && `, held by ${escalation.heldBy}`}
  </p>
);

interface OwnerProps {
  readonly told: IncidentTold;
  /** When the last incident ended; null: there was none. */
  readonly ended: string | null;
  readonly now: number;
}

/** Who has it, whether the page was delivered, and who is called next. */
export const Owner = ({ told, ended, now }: OwnerProps) => (
  <Card title="Who has it" className="owner">
    <OfIncident
      told={told}
      none={
        <p className="quiet">
          {ended === null
            ? 'There was no incident yet.'
            : `Nobody needs to. The last incident ended ${lengthOf(now - Date.parse(ended))} ago.`}
        </p>
      }
    >
      {(incident) => (
        <>
          <p>
            <Taken incident={incident} now={now} /> {incident.status === 'open' && <Acknowledge incident={incident} />}
          </p>
          <DeliveryList deliveries={incident.deliveries} now={now} />
          {incident.escalation !== null && <Escalating escalation={incident.escalation} now={now} />}
        </>
      )}
    </OfIncident>
  </Card>
);
