import { lengthOf } from '../time/moments.js';
import { Card } from '../ui/card.js';
import { Mark, type Tone } from '../ui/mark.js';
import type { NowAnswer, OpenIncident, RollbackNow } from './now-document.js';

const ROLLBACKS: Readonly<Record<RollbackNow['status'], Tone>> = {
  completed: 'good',
  running: 'warn',
  requested: 'warn',
  proposed: 'warn',
  refused: 'bad',
  stopped: 'bad',
};
const WAVES: Readonly<Record<RollbackNow['waves'][number]['status'], Tone>> = {
  planned: 'still',
  commanded: 'warn',
  verified: 'good',
};

const Rollback = ({ rollback, now }: { readonly rollback: RollbackNow; readonly now: number }) => {
  const { from, to, waves, rails, refusals } = rollback;
  return (
    <li>
      <strong>
        Roll back {from?.softwareVersion}+{from?.configRev} to {to?.softwareVersion}+{to?.configRev}
      </strong>{' '}
      <Mark tone={ROLLBACKS[rollback.status]}>{rollback.status}</Mark>
      <div>{rollback.because}</div>
      <ul>
        {waves.map(({ wave, status, nodes, answers, because, commandedAt }) => (
          <li key={wave}>
            Wave {wave} <Mark tone={WAVES[status]}>{status}</Mark> {answers.length} of {nodes.length} nodes answered
            {status === 'commanded' && commandedAt !== null && `, ${lengthOf(now - Date.parse(commandedAt))} ago`}
            {because !== null && <div className="quiet">{because}</div>}
          </li>
        ))}
      </ul>
      <ul aria-label="Rails">
        {rails.map(({ rail, holds, detail }) => (
          <li key={rail}>
            <Mark tone={holds ? 'good' : 'bad'}>{holds ? 'holds' : 'binds'}</Mark> {rail.replaceAll('_', ' ')}: {detail}
          </li>
        ))}
        {refusals.map(({ rail, because }) => (
          <li key={`refused ${rail}`}>
            <Mark tone="bad">refused</Mark> {rail.replaceAll('_', ' ')}: {because}
          </li>
        ))}
      </ul>
    </li>
  );
};

interface AutomationProps {
  readonly automation: NowAnswer['automation'];
  readonly incident: OpenIncident | undefined;
  readonly now: number;
}

/** What the machine does and why: the rule with its numbers, the rails, the waves; and why not, where it does nothing. */
export const Automation = ({ automation, incident, now }: AutomationProps) => (
  <Card
    title="What the automation does"
    className="automation"
    aside={automation.isOn ? <Mark tone="good">on</Mark> : <Mark tone="bad">off: kill switch</Mark>}
  >
    {incident === undefined ? (
      <p className="quiet">It watches; no rule holds.</p>
    ) : (
      <>
        <ul aria-label="Rules that fired">
          {incident.evidence.slice(0, 3).map(({ rule, text }) => (
            <li key={`${rule} ${text}`}>
              {rule.replaceAll('_', ' ')}: {text}
            </li>
          ))}
        </ul>
        <ul aria-label="Rollbacks">
          {incident.rollbacks.map((rollback) => (
            <Rollback key={rollback.rollbackId} rollback={rollback} now={now} />
          ))}
        </ul>
        {incident.whyNot.length > 0 && (
          <ul aria-label="Why not">
            {incident.whyNot.map(({ by, because }) => (
              <li key={`${by} ${because}`}>
                not by {by.replaceAll('_', ' ')}: {because}
              </li>
            ))}
          </ul>
        )}
      </>
    )}
  </Card>
);
