import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { RollbackState } from '../rollouts/rollback-state.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { words } from '../ui/words.js';
import { modesSaid, watchSaid } from './automation-words.js';
import type { NowAnswer, OpenIncident } from './now-document.js';
import { type IncidentTold, isRead, OfIncident } from './of-incident.js';
import type { ImpactTold } from './use-now-answer.js';

// What waits for a yes is rare: its form comes when there is something to say yes to.
const ApproveRollback = lazy(async () => ({
  default: (await import('../automation/approve-rollback.js')).ApproveRollback,
}));

type Rollback = OpenIncident['rollbacks'][number];

const OneRollback = ({ rollback, now }: { readonly rollback: Rollback; readonly now: number }) => (
  <div>
    <RollbackState rollback={rollback} now={now} />
    <div className="acts-beside">
      {rollback.status === 'proposed' && (
        <Suspense>
          <ApproveRollback rollbackId={rollback.rollbackId} because={rollback.because ?? 'It is proposed.'} />
        </Suspense>
      )}
      {rollback.rolloutId !== null && (
        <Link to="/rollouts/$id" params={{ id: rollback.rolloutId }}>
          its rollout
        </Link>
      )}
      <Link to="/automation">all that it does</Link>
    </div>
  </div>
);

const Doing = ({ incident, now }: { readonly incident: OpenIncident; readonly now: number }) => (
  <>
    {incident.rollbacks.length === 0 && <p>Nothing is rolled back.</p>}
    {incident.rollbacks.map((rollback) => (
      <OneRollback key={rollback.rollbackId} rollback={rollback} now={now} />
    ))}
    <ul aria-label="Rules that fired">
      {incident.evidence.slice(0, 3).map(({ rule, text }) => (
        <li key={`${rule} ${text}`}>
          {words(rule)}: {text}
        </li>
      ))}
    </ul>
    {incident.whyNot.length > 0 && (
      <ul aria-label="Why not">
        {incident.whyNot.map(({ by, because }) => (
          <li key={`${by} ${because}`}>
            not, by {words(by)}: {because}
          </li>
        ))}
      </ul>
    )}
  </>
);

/** How it may act: who switched it last, what it may do with which service, and whether it did too much. */
const Standing = ({ automation }: { readonly automation: NowAnswer['automation'] }) => {
  const { lastSwitch, rateRail, services } = automation;
  return (
    <p className="quiet">
      {modesSaid(services)}
      {lastSwitch !== null && (
        <>
          {' '}
          Switched {lastSwitch.isOn ? 'on' : 'off'} by {lastSwitch.by}, <When at={lastSwitch.at} />
          {`: ${lastSwitch.comment}.`}
        </>
      )}
      {rateRail !== null && (
        <>
          {' '}
          Its rate rail opened <When at={rateRail.at} />
          {`: ${rateRail.because}.`}
        </>
      )}
    </p>
  );
};

interface AutomationProps {
  readonly automation: NowAnswer['automation'];
  readonly told: IncidentTold;
  readonly hurt: ImpactTold;
  readonly now: number;
}

/** What the machine does and why: the rule with its numbers, the waves, the rails; and why not, where it does nothing. */
export const Automation = ({ automation, told, hurt, now }: AutomationProps) => (
  <Card
    title="What the automation does"
    className="automation"
    aside={automation.isOn ? <Mark tone="good">on</Mark> : <Mark tone="bad">off: kill switch</Mark>}
  >
    {!automation.isOn && <p>It is switched off: nothing is commanded, whatever a rule says.</p>}
    <OfIncident told={told} none={<p className="quiet">{watchSaid(automation.isOn, hurt.impact)}</p>}>
      {(incident) => <Doing incident={incident} now={now} />}
    </OfIncident>
    {isRead(told) && <Standing automation={automation} />}
  </Card>
);
