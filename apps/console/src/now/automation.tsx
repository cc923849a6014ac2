import { RollbackState } from '../rollouts/rollback-state.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { words } from '../ui/words.js';
import type { NowAnswer, OpenIncident } from './now-document.js';

const Doing = ({ incident, now }: { readonly incident: OpenIncident; readonly now: number }) => (
  <>
    <ul aria-label="Rules that fired">
      {incident.evidence.slice(0, 3).map(({ rule, text }) => (
        <li key={`${rule} ${text}`}>
          {words(rule)}: {text}
        </li>
      ))}
    </ul>
    {incident.rollbacks.map((rollback) => (
      <RollbackState key={rollback.rollbackId} rollback={rollback} now={now} />
    ))}
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

interface AutomationProps {
  readonly automation: NowAnswer['automation'];
  readonly incident: OpenIncident | undefined;
  readonly now: number;
}

/** What the machine does and why: the rule with its numbers, the waves, the rails; and why not, where it does nothing. */
export const Automation = ({ automation, incident, now }: AutomationProps) => (
  <Card
    title="What the automation does"
    className="automation"
    aside={automation.isOn ? <Mark tone="good">on</Mark> : <Mark tone="bad">off: kill switch</Mark>}
  >
    {incident === undefined ? (
      <p className="quiet">It watches; no rule holds.</p>
    ) : (
      <Doing incident={incident} now={now} />
    )}
  </Card>
);
