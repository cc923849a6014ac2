import { Link, useParams } from '@tanstack/react-router';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { lengthOf } from '../time/moments.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Field, said, Text } from '../ui/field.js';
import { SILENCE_COMMENT_MAX } from '../ui/limits.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Steps } from '../ui/steps.js';
import { words } from '../ui/words.js';
import { ALERT, type AlertAnswer, SILENCE } from './alert-document.js';
import { ALERT_TONES } from './alerts-page.js';
import { selectorOf } from './held-back.js';

const MINUTE_MS = 60_000;

interface PartProps {
  readonly alert: AlertAnswer;
}

/** Silences this rule on this subject, and nothing beside it where labels can say so: what is wider is written by hand, with the CLI. */
const Silence = ({ alert: { rule, scope, key, state } }: PartProps) => {
  const send = useAct(SILENCE);
  const where = selectorOf({ rule, scope, key });
  return (
    <Act
      label="Silence"
      needs="operate"
      because={state === 'resolved' ? 'It is over.' : undefined}
      done="Silenced."
      send={(form) =>
        send({
          where,
          duration: Number(said(form, 'minutes')) * MINUTE_MS,
          comment: said(form, 'comment'),
        })
      }
    >
      <p>
        Pages are held back for so long where{' '}
        {where.map(({ label, patterns }) => `${label} is ${patterns.join(' or ')}`).join(' and ')}. The alert is
        recorded all the same.
      </p>
      <Field label="Minutes" name="minutes" type="number" min={1} max={10_080} defaultValue={60} required />
      <Text label="Why" name="comment" required maxLength={SILENCE_COMMENT_MAX} />
    </Act>
  );
};

/** Its states one after the other, as wide as they lasted. */
const History = ({ alert: { why } }: PartProps) => (
  <ol className="history" aria-label="States">
    {why
      .filter(({ type }) => type.startsWith('Alert'))
      .map(({ position, at, type }, index, all) => {
        const next = all[index + 1];
        return (
          <li key={position}>
            <strong>{type.replace('Alert', '').toLowerCase()}</strong> <When at={at} />
            {next !== undefined && `, for ${lengthOf(Date.parse(next.at) - Date.parse(at))}`}
          </li>
        );
      })}
  </ol>
);

const Judged = ({ alert: { evidence, whyNot, because } }: PartProps) => (
  <Card title="Why, and why not">
    {because !== null && <p>{because}</p>}
    <ul aria-label="Why">
      {evidence.map(({ rule, text, detail }) => (
        <li key={`${rule} ${text}`}>
          {words(rule)}: {text} {detail}
        </li>
      ))}
    </ul>
    <ul aria-label="Why not">
      {whyNot.map(({ by, because: reason }) => (
        <li key={`${by} ${reason}`}>
          {words(by)}: {reason}
        </li>
      ))}
    </ul>
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
      <Judged alert={alert} />
      <Card title="States">
        <History alert={alert} />
      </Card>
      <Card title="What led to it" className="wide">
        <Steps steps={alert.why} />
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
