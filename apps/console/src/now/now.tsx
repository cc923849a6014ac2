import './now.css';
import { useState } from 'react';
import { useHolding } from '../api/held.js';
import { useLive } from '../api/live-context.js';
import { STALE_MS } from '../shell/line-state.js';
import { browserClock, useNow } from '../time/clock.js';
import { clockOf, lengthOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { Failure } from '../ui/failure.js';
import { Automation } from './automation.js';
import { Changes } from './changes.js';
import { Charts } from './charts.js';
import { Hurt } from './hurt.js';
import { Owner } from './owner.js';
import { Regions } from './regions.js';
import { Tiles } from './tiles.js';
import { useNowAnswer } from './use-now-answer.js';
import { othersOpen, verdictOf } from './verdict.js';
import { VerdictLine } from './verdict-line.js';

/** What was pushed, as it was when the page was held still, and how old that is. */
const useHeard = () => {
  const { held } = useHolding();
  const live = useLive();
  const clock = useNow();
  const { zone } = useZone();
  const [openedAt] = useState(browserClock.now);
  const { health, heardAt } = held?.live ?? live;
  const now = held?.at ?? clock;
  const age = now - (heardAt ?? openedAt);
  const isStale = live.line.state === 'lost' || age >= STALE_MS;
  const hearing = isStale ? 'stale' : heardAt === null ? 'awaited' : 'heard';
  const asOf = health === null ? '—' : `${clockOf(Date.parse(health.asOf), zone)} ${zone}, ${lengthOf(age)} old`;
  return { health, now, isStale, hearing, asOf } as const;
};

/** When the last one ended, of those that began last: a long one ends after a short one that began later. */
const lastEnd = (ended: readonly { readonly resolvedAt: string | null }[]): string | null =>
  ended
    .map(({ resolvedAt }) => resolvedAt)
    .filter((at) => at !== null)
    .toSorted()
    .at(-1) ?? null;

/** What is looked at first in the night: six answers on one page, without a click. It says of which moment of the log its figures are. */
export const Now = () => {
  const { health, now, isStale, hearing, asOf } = useHeard();
  const { data, error, worst, told, hurt, position } = useNowAnswer();
  if (data === undefined) return error === null ? <p>Reading …</p> : <Failure of="the page" error={error} />;
  const { impact } = hurt;
  const { open } = data;
  return (
    <div
      className={isStale ? 'now stale' : 'now'}
      data-position={position}
      data-health-as-of={health?.asOf}
      data-impact-as-of={impact?.asOf}
    >
      <div className="first">
        <VerdictLine
          verdict={verdictOf({ worst, health, impact, now, hearing, asOf })}
          worst={worst}
          others={othersOpen(open.nodes, open.pageInfo.hasNextPage)}
        />
        {error !== null && <Failure of="what is newer" error={error} />}
      </div>
      <Tiles health={health} hurt={hurt} />
      <Charts answer={data} incident={told.incident} />
      <Regions health={health} impact={impact} />
      <Changes told={told} rollouts={data.rollouts.nodes} now={now} />
      <Hurt told={told} hurt={hurt} now={now} />
      <Automation automation={data.automation} told={told} hurt={hurt} now={now} />
      <Owner told={told} ended={lastEnd(data.ended.nodes)} now={now} />
    </div>
  );
};
