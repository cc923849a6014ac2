import './states.css';
import { useMemo } from 'react';
import { usePages } from '../api/use-pages.js';
import { lengthOf } from '../time/moments.js';
import { useWhole } from '../time/use-whole.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { More } from '../ui/more.js';
import { ALERT_CHANGES, ALERT_TONES } from './alert-document.js';
import { statesOf } from './alert-states.js';

/** The last state grows by so many seconds at once: what lasted hours is not drawn each second. */
const STEP_MS = 5_000;

/** The states of an alert one after the other, each as wide as it lasted; and the same as a list. */
export const States = ({ alertId }: { readonly alertId: string }) => {
  const stream = `alert-${alertId}`;
  const pages = usePages(
    'alert-changes',
    ALERT_CHANGES,
    { stream },
    {
      pageOf: ({ events }) => events,
      follows: [stream],
    },
  );
  const now = useWhole(STEP_MS);
  // Of a part it is not known how long its last state lasted.
  const isPart = pages.more !== undefined || pages.isReading || pages.error !== null;
  const until = isPart ? 0 : now;
  const spans = useMemo(() => statesOf(pages.rows ?? [], until), [pages.rows, until]);
  return (
    <Card title="States" className="wide">
      {spans.length > 0 && (
        <>
          <div className="strip" aria-hidden="true">
            {spans.map(({ state, from, share }) => (
              <span key={from} className={ALERT_TONES[state]} style={{ flexGrow: share }} title={state} />
            ))}
          </div>
          <ol aria-label="States">
            {spans.map(({ state, from, to }, index) => (
              <li key={from}>
                <Mark tone={ALERT_TONES[state]}>{state}</Mark> <When at={new Date(from).toISOString()} />
                {state !== 'resolved' && !(isPart && index === spans.length - 1) && `, for ${lengthOf(to - from)}`}
              </li>
            ))}
          </ol>
        </>
      )}
      {pages.rows !== undefined && spans.length === 0 && <p className="quiet">Nothing of it was recorded.</p>}
      <More of="its states" pages={pages} />
    </Card>
  );
};
