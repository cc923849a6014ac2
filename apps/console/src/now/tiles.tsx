import type { ReactNode } from 'react';
import type { FleetHealth } from '../api/followed.js';
import { useHolding } from '../api/held.js';
import { useAnswer } from '../api/use-answer.js';
import { useNow } from '../time/clock.js';
import { count, latency, money, percent } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { deltasOf, lastWeekOf, minuteBefore } from './last-week.js';
import { MINUTE } from './now-document.js';
import type { ImpactTold } from './use-now-answer.js';
import { warningsOf } from './warnings.js';

interface TileProps {
  readonly name: string;
  readonly value: string;
  /** The line of warning that it crosses. */
  readonly warning: string | undefined;
  /** Against the same minute of last week; undefined: that is not read yet. */
  readonly delta: string | undefined;
  readonly children?: ReactNode;
}

const Tile = ({ name, value, warning, delta, children }: TileProps) => (
  <div className="tile">
    <dt>
      {name} {warning !== undefined && <Mark tone="warn">{warning}</Mark>}
    </dt>
    <dd>
      <strong>{value}</strong>
      <div className="quiet">{children}</div>
      <p className="quiet">{delta ?? '\u00A0'}</p>
    </dd>
  </div>
);

interface TilesProps {
  readonly health: FleetHealth | null;
  readonly hurt: ImpactTold;
}

/** What each figure was in the same minute of last week; of one that cannot be read, why. */
const useDeltas = ({ health, hurt: { impact } }: TilesProps): Partial<ReturnType<typeof deltasOf>> => {
  const clock = useNow();
  const { data, error } = useAnswer('last-week', MINUTE, minuteBefore(useHolding().held?.at ?? clock));
  if (data === undefined) return error === null ? {} : { success: `last week: ${error.problem.title}` };
  const { success, p99 } = health?.fleet ?? {};
  return deltasOf(
    { success, p99, customers: impact?.affectedCustomers, dollarsPerMinute: impact?.dollarsPerMinute },
    lastWeekOf(data),
  );
};

/** The four figures of the verdict, large, beside those of last week. All of them are of the whole fleet, over a minute. */
export const Tiles = ({ health, hurt }: TilesProps) => {
  const fleet = health?.fleet;
  const { impact, error } = hurt;
  const deltas = useDeltas({ health, hurt });
  const warnings = warningsOf({ success: fleet?.success, p99: fleet?.p99, score: impact?.score });
  const unread = error === null ? 'not read yet' : `not readable: ${error.problem.title}`;
  return (
    <dl className="tiles">
      <Tile
        name="Success, last minute"
        value={percent(fleet?.success)}
        warning={warnings.success}
        delta={deltas.success}
      >
        {fleet === undefined ? 'not heard yet' : `${count(fleet.bad)} of ${count(fleet.good + fleet.bad)} failed`}
      </Tile>
      <Tile name="p99, last minute" value={latency(fleet?.p99)} warning={warnings.p99} delta={deltas.p99}>
        {fleet === undefined ? 'not heard yet' : `p50 ${latency(fleet.p50)} · ${count(fleet.timeout)} timeouts`}
      </Tile>
      <Tile
        name="Customers hurt, whole fleet"
        value={impact === undefined ? '—' : count(impact.affectedCustomers)}
        warning={undefined}
        delta={deltas.customers}
      >
        {impact === undefined
          ? unread
          : `tier 1: ${impact.byTier.tier1} · tier 2: ${impact.byTier.tier2} · tier 3: ${impact.byTier.tier3}`}
      </Tile>
      <Tile
        name="Cost a minute"
        value={impact === undefined ? '—' : money(impact.dollarsPerMinute)}
        warning={warnings.score}
        delta={deltas.dollarsPerMinute}
      >
        {impact === undefined ? unread : `impact score ${count(impact.score)}`}
      </Tile>
    </dl>
  );
};
