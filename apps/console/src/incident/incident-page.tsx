import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { DeliveriesNow } from '../deliveries/delivery-list.js';
import { Escalating, Taken } from '../now/owner.js';
import { RollbackNow } from '../rollouts/rollback-state.js';
import { Around } from '../time/around.js';
import { useNow } from '../time/clock.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { count, money } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { words } from '../ui/words.js';
import { AlertsOf } from './alerts-of.js';
import { Diversions } from './diversions.js';
import { Evidence } from './evidence.js';
import { Hurt } from './hurt.js';
import { IncidentActs } from './incident-acts.js';
import { INCIDENT, type IncidentAnswer } from './incident-document.js';
import { INCIDENT_TONES } from './incidents-page.js';
import { StatusUpdates } from './status-updates.js';
import { Sums } from './sums.js';
import { Timeline } from './timeline.js';

const FOLLOWS = [
  'incident-',
  'alert-',
  'rollback-',
  'redirect-',
  'fallback-',
  'delivery-',
  'status-',
  'escalation-',
  'resolution-',
  'override-',
];

interface PartProps {
  readonly incident: IncidentAnswer;
}

const Facts = ({ incident }: PartProps) => {
  const now = useNow();
  const { impact, peakImpact } = incident;
  return (
    <Card title="How it stands">
      <p>
        <Mark tone={INCIDENT_TONES[incident.status]}>{incident.status}</Mark> {incident.priority ?? incident.severity},{' '}
        {words(incident.scope)} {incident.key}, rule {words(incident.rule)}
      </p>
      <p>
        Began <When at={incident.onsetAt} />, opened <When at={incident.openedAt} />
        {incident.resolvedAt !== null && (
          <>
            , over <When at={incident.resolvedAt} />
          </>
        )}
      </p>
      <p>
        {count(impact.affectedCustomers)} customers, score {count(impact.score)}, {money(impact.dollarsPerMinute)} a
        minute; at its worst {count(peakImpact.affectedCustomers)} customers, {money(peakImpact.dollarsPerMinute)} a
        minute
      </p>
      <p>
        <Taken incident={incident} now={now} />
      </p>
      {incident.escalation !== null && <Escalating escalation={incident.escalation} now={now} />}
      {incident.muted !== null && (
        <p>
          <Mark tone="warn">muted</Mark> {incident.muted.because}
          {incident.muted.until !== null && (
            <>
              , until <When at={incident.muted.until} />
            </>
          )}
        </p>
      )}
      {incident.detect !== null && (
        <p>
          Opened {lengthOf(incident.detect)} after it began:{' '}
          {incident.isDetectedInTime === true
            ? 'within the target of two minutes'
            : 'later than the target of two minutes'}
        </p>
      )}
      {incident.calls.length > 0 && (
        <ul aria-label="Calls">
          {incident.calls.map(({ at, to, because }) => (
            <li key={`${at} ${to} ${because}`}>
              {words(to)} was called <When at={at} />: {because}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
};

/** As many deliveries as the page asks for. */
const DELIVERIES_SHOWN = 50;

const Rollbacks = ({ incident: { rollbacks } }: PartProps) => (
  <Card title="Rollbacks">
    {rollbacks.length === 0 ? (
      <p className="quiet">None was decided.</p>
    ) : (
      rollbacks.toReversed().map((rollback) => <RollbackNow key={rollback.rollbackId} rollback={rollback} />)
    )}
  </Card>
);

const Shown = ({ incident }: PartProps) => (
  <>
    <h1>{incident.title}</h1>
    <IncidentActs incident={incident} />
    <Around of={incident} incidentId={incident.incidentId} />
    <div className="parts">
      <Facts incident={incident} />
      <Sums incidentId={incident.incidentId} isOver={incident.status === 'resolved'} />
      <Evidence incident={incident} />
      <AlertsOf alerts={incident.alerts} />
      <Rollbacks incident={incident} />
      <Hurt incident={incident} />
      <Card
        title="Pages and messages"
        aside={
          incident.deliveries.length === DELIVERIES_SHOWN && (
            <Link to="/deliveries" search={{ incident: incident.incidentId }}>
              the newest {DELIVERIES_SHOWN}; all of them
            </Link>
          )
        }
      >
        <DeliveriesNow deliveries={incident.deliveries} canRetry />
      </Card>
      <Diversions incident={incident} />
      <StatusUpdates incident={incident} />
      <Timeline incidentId={incident.incidentId} follows={FOLLOWS} />
    </div>
  </>
);

/** Impact changes without an event that the page follows; what is over does not. */
const EVERY_MS = 5_000;

/** One incident: what happened in which order, the evidence, what was done, and what can be done. */
export const IncidentPage = () => {
  const { id } = useParams({ from: '/incidents/$id' });
  const [isOver, setOver] = useState(false);
  const every = isOver ? {} : { everyMs: EVERY_MS };
  const answer = useAnswer('incident', INCIDENT, { incidentId: id }, { follows: FOLLOWS, ...every });
  const isResolved = answer.data?.incident?.status === 'resolved';
  if (isResolved !== isOver) setOver(isResolved);
  return (
    <Reading of="the incident" answer={answer}>
      {({ incident }) =>
        incident === null ? <h1>There is no incident {id}</h1> : <Shown key={incident.incidentId} incident={incident} />
      }
    </Reading>
  );
};
