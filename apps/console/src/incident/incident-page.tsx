import { useParams } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { DeliveryList } from '../deliveries/delivery-list.js';
import { Escalating, Taken } from '../now/owner.js';
import { RollbackState } from '../rollouts/rollback-state.js';
import { useNow } from '../time/clock.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { count, money, share } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { AlertsOf } from './alerts-of.js';
import { IncidentActs } from './incident-acts.js';
import { INCIDENT, type IncidentAnswer } from './incident-document.js';
import { INCIDENT_TONES } from './incidents-page.js';
import { StatusUpdates } from './status-updates.js';
import { Sums } from './sums.js';
import { Timeline } from './timeline.js';

const FOLLOWS = ['incident-', 'alert-', 'rollback-', 'delivery-', 'status-', 'escalation-', 'resolution-', 'override-'];

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
        </p>
      )}
    </Card>
  );
};

const Evidence = ({ incident: { evidence, causes, whyNot } }: PartProps) => (
  <Card title="Evidence">
    <Rows
      label="Evidence"
      columns={[
        { heading: 'Rule', cell: ({ rule }) => words(rule) },
        { heading: 'What it found', cell: ({ text, detail }) => `${text}${detail === null ? '' : `; ${detail}`}` },
        { heading: 'Good', isNumber: true, cell: ({ good }) => count(good) },
        { heading: 'Bad', isNumber: true, cell: ({ bad }) => count(bad) },
        { heading: 'Coverage', isNumber: true, cell: ({ coverage }) => share(coverage) },
      ]}
      rows={evidence}
      keyOf={({ rule, text }) => `${rule} ${text}`}
      none="It was opened without a rule."
    />
    <h3>Causes, the likeliest first</h3>
    <ul aria-label="Causes">
      {causes.map(({ kind, subjectId, verdict, because, release }) => (
        <li key={`${kind} ${subjectId}`}>
          <strong>{release === null ? kind : `${release.softwareVersion}+${release.configRev}`}</strong>{' '}
          <Mark tone={verdict === 'proved' ? 'bad' : verdict === 'possible' ? 'warn' : 'still'}>{words(verdict)}</Mark>{' '}
          {because}
        </li>
      ))}
    </ul>
    {whyNot.length > 0 && (
      <>
        <h3>Why not</h3>
        <ul aria-label="Why not">
          {whyNot.map(({ by, because }) => (
            <li key={`${by} ${because}`}>
              {words(by)}: {because}
            </li>
          ))}
        </ul>
      </>
    )}
  </Card>
);

const Hurt = ({ incident: { customers } }: PartProps) => (
  <Card title="Customers hurt" aside={<span className="quiet">{count(customers.affectedCustomers)}</span>}>
    <Rows
      label="Customers hurt"
      columns={[
        { heading: 'Customer', cell: ({ name, critical }) => `${name}${critical ? ' (critical)' : ''}` },
        { heading: 'Tier', cell: ({ tier }) => tier.replace('tier', '') },
        { heading: 'Failing', isNumber: true, cell: ({ failing }) => share(failing) },
        { heading: 'A minute', isNumber: true, cell: ({ dollarsPerMinute }) => money(dollarsPerMinute) },
      ]}
      rows={customers.customers}
      keyOf={({ customerId }) => customerId}
      none="Nobody, as far as telemetry says."
    />
  </Card>
);

const Shown = ({ incident }: PartProps) => {
  const now = useNow();
  return (
    <>
      <h1>{incident.title}</h1>
      <IncidentActs incident={incident} />
      <div className="parts">
        <Facts incident={incident} />
        <Sums incidentId={incident.incidentId} />
        <Evidence incident={incident} />
        <AlertsOf alerts={incident.alerts} />
        <Card title="Rollbacks">
          {incident.rollbacks.length === 0 ? (
            <p className="quiet">None was decided.</p>
          ) : (
            incident.rollbacks.map((rollback) => (
              <RollbackState key={rollback.rollbackId} rollback={rollback} now={now} />
            ))
          )}
        </Card>
        <Hurt incident={incident} />
        <Card title="Pages and messages">
          <DeliveryList deliveries={incident.deliveries} now={now} canRetry />
        </Card>
        <StatusUpdates incident={incident} />
        <Timeline incidentId={incident.incidentId} follows={FOLLOWS} />
      </div>
    </>
  );
};

/** One incident: what happened in which order, the evidence, what was done, and what can be done. */
export const IncidentPage = () => {
  const { id } = useParams({ from: '/incidents/$id' });
  const answer = useAnswer('incident', INCIDENT, { incidentId: id }, { follows: FOLLOWS, everyMs: 5_000 });
  return (
    <Reading of="the incident" answer={answer}>
      {({ incident }) => (incident === null ? <h1>There is no incident {id}</h1> : <Shown incident={incident} />)}
    </Reading>
  );
};
