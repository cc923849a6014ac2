import { Link, useParams } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { conditionOf } from '../rules/condition.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { count, share } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { Steps } from '../ui/steps.js';
import { words } from '../ui/words.js';
import { ALERT, ALERT_TONES, type AlertAnswer } from './alert-document.js';
import { AlertSeries } from './alert-series.js';
import { Silence } from './silence.js';
import { States } from './states.js';

interface PartProps {
  readonly alert: AlertAnswer;
}

/** As many as the API gives of why something is, the first ones. */
const WHY_MAX = 100;

const EVIDENCE_COLUMNS = [
  { heading: 'Rule', cell: ({ rule }: AlertAnswer['evidence'][number]) => words(rule) },
  {
    heading: 'What it found',
    cell: ({ text, detail }: AlertAnswer['evidence'][number]) => `${text}${detail === null ? '' : `; ${detail}`}`,
  },
  { heading: 'Good', isNumber: true, cell: ({ good }: AlertAnswer['evidence'][number]) => count(good) },
  { heading: 'Bad', isNumber: true, cell: ({ bad }: AlertAnswer['evidence'][number]) => count(bad) },
  { heading: 'Coverage', isNumber: true, cell: ({ coverage }: AlertAnswer['evidence'][number]) => share(coverage) },
];

const Judged = ({ alert: { evidence, whyNot, because, muted } }: PartProps) => (
  <Card title="Why it is as it is">
    {because !== null && <p>{because}</p>}
    {evidence.length === 0 && because === null && <p className="quiet">It has not fired yet.</p>}
    <Rows
      label="Evidence"
      columns={EVIDENCE_COLUMNS}
      rows={evidence}
      keyOf={({ rule, text }) => `${rule} ${text}`}
      none="No numbers were recorded of it."
    />
    <h3>What keeps it from paging</h3>
    {whyNot.length === 0 ? (
      <p className="quiet">Nothing does.</p>
    ) : (
      <ul aria-label="What keeps it from paging">
        {whyNot.map(({ by, because: reason, at }) => (
          <li key={`${by} ${reason}`}>
            {words(by)}: {reason}
            {at !== null && (
              <>
                , <When at={at} />
              </>
            )}
          </li>
        ))}
      </ul>
    )}
    {muted !== null && muted.until !== null && (
      <p>
        Held back until <When at={muted.until} />
      </p>
    )}
  </Card>
);

const Labelled = ({ of, pairs }: { readonly of: string; readonly pairs: AlertAnswer['labels'] }) =>
  pairs.length === 0 ? null : (
    <>
      <dt>{of}</dt>
      <dd>
        <ul>
          {pairs.map(({ name, value }) => (
            <li key={name} className="wraps">{`${words(name)}: ${value}`}</li>
          ))}
        </ul>
      </dd>
    </>
  );

/** A link where it is one of the web, and text where it is something else: it is what a file of rules says. */
const Runbook = ({ address }: { readonly address: string }) =>
  /^https?:\/\//.test(address) ? (
    <a href={address} rel="noreferrer" target="_blank">
      {address}
    </a>
  ) : (
    <>{address}</>
  );

const RuleOf = ({ alert: { rule, ruleInForce, runbook, labels, annotations } }: PartProps) => (
  <Card title="Its rule">
    <dl className="facts">
      <dt>Rule</dt>
      <dd>
        <Link to="/rules" search={{ rule }}>
          {words(rule)}
        </Link>
      </dd>
      <dt>In force</dt>
      <dd>{ruleInForce === null ? 'not any more' : conditionOf(ruleInForce)}</dd>
      <dt>Runbook</dt>
      <dd className="wraps">{runbook === null ? 'none' : <Runbook address={runbook} />}</dd>
      <Labelled of="Labels" pairs={labels} />
      <Labelled of="Says" pairs={annotations} />
    </dl>
  </Card>
);

const Shown = ({ alert }: PartProps) => (
  <>
    <h1>
      {words(alert.rule)} on {alert.key}
    </h1>
    <p>
      <Mark tone={ALERT_TONES[alert.state]}>{alert.state}</Mark> {alert.severity}
      {alert.flapping !== null && `, flapping: ${alert.flapping} changes`}
      {alert.muted !== null && `, held back: ${alert.muted.because}`}{' '}
      {alert.incidentId !== null && (
        <Link to="/incidents/$id" params={{ id: alert.incidentId }}>
          its incident
        </Link>
      )}
    </p>
    <div className="acts" role="group" aria-label="Acts">
      <Silence alert={alert} />
    </div>
    <div className="parts">
      <States alertId={alert.alertId} />
      <Judged alert={alert} />
      <RuleOf alert={alert} />
      <AlertSeries alert={alert} />
      <Card title="What led to it" className="wide">
        <Steps steps={alert.why} />
        {alert.why.length === WHY_MAX && (
          <p className="quiet">
            These are the first {WHY_MAX} of its events;{' '}
            <Link to="/audit" search={{ show: 'events', stream: `alert-${alert.alertId}` }}>
              all of its own are in the record
            </Link>
            .
          </p>
        )}
      </Card>
    </div>
  </>
);

/** One alert: why it is as it is, what holds it back, and a silence for it. */
export const AlertPage = () => {
  const { id } = useParams({ from: '/alerts/$id' });
  const answer = useAnswer('alert', ALERT, { alertId: id }, { follows: ['alert-', 'resolution-', 'silence-'] });
  return (
    <Reading of="the alert" answer={answer}>
      {({ alert }) => (alert === null ? <p>There is no alert {id}.</p> : <Shown alert={alert} />)}
    </Reading>
  );
};
