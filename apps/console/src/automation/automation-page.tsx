import { useAnswer } from '../api/use-answer.js';
import { Reading } from '../ui/reading.js';
import { Approvals } from './approvals.js';
import { AUTOMATION } from './automation-document.js';
import { Fallbacks, Redirects } from './diversions.js';
import { Overrides, Rollbacks } from './rollbacks.js';
import { Switches } from './switches.js';

const FOLLOWS = ['automation', 'breaker-', 'rollout-', 'rollback-', 'override-'];

/** What the machine may do, what it does, what holds it, and what waits for a person. */
export const AutomationPage = () => (
  <>
    <h1>Automation</h1>
    <div className="parts">
      <Reading of="what it may do" answer={useAnswer('automation', AUTOMATION, {}, { follows: FOLLOWS })}>
        {(answer) => (
          <>
            <Approvals approvals={answer.approvals} />
            <Switches answer={answer} />
          </>
        )}
      </Reading>
      <Rollbacks />
      <Overrides />
      <Redirects />
      <Fallbacks />
    </div>
  </>
);
