import type { ReactNode } from 'react';
import type { FleetHealth } from '../api/followed.js';
import { useAnswer } from '../api/use-answer.js';
import { useNow } from '../time/clock.js';
import { count, latency, money, percent } from '../ui/figures.js';
import { deltasOf, lastWeekOf, minuteBefore } from './last-week.js';
import { MINUTE, type NowAnswer } from './now-document.js';

interface TileProps {
  readonly name: string;
  readonly value: string;
  /** Against the same minute of last week; undefined: that is not read yet. */
  readonly delta: string | undefined;
  readonly children?: ReactNode;
}

const Tile = ({ name, value, delta, children }: TileProps) => (
  <div className="tile">
    <dt>{name}</dt>
    <dd>
      <strong>{value}</strong>
      <div className="quiet">{children}</div>
      <p className="quiet">{delta ?? '\u00A0'}</p>
    </dd>
  </div>
);

interface TilesProps {
  readonly health: FleetHealth | null;
  readonly impact: NowAnswer['impact'];
}

/** What each figure was in the same minute of last week; of one that cannot be read, why. */
const useDeltas = ({ health, impact }: TilesProps): Partial<ReturnType<typeof deltasOf>> => {
  const { data, error } = useAnswer('last-week', MINUTE, minuteBefore(useNow()));
  if (data === undefined) return error === null ? {} : { success: `last week: ${error.problem.title}` };
  const { affectedCustomers: customers, dollarsPerMinute } = impact;
  const { success, p99 } = health?.fleet ?? {};
  return deltasOf({ success, p99, customers, dollarsPerMinute }, lastWeekOf(data));
};

/** The four figures of the verdict, large, beside those of last week. */
export const Tiles = ({ health, impact }: TilesProps) => {
  const fleet = health?.fleet;
  const deltas = useDeltas({ health, impact });
  const { tier1, tier2, tier3 } = impact.byTier;
  return (
    <dl className="tiles">
      <Tile name="Success, last minute" value={percent(fleet?.success)} delta={deltas.success}>
        {fleet === undefined ? 'not heard yet' : `${count(fleet.bad)} of ${count(fleet.good + fleet.bad)} failed`}
      </Tile>
      <Tile name="p99, last minute" value={latency(fleet?.p99)} delta={deltas.p99}>
        {fleet === undefined ? 'not heard yet' : `p50 ${latency(fleet.p50)} · ${count(fleet.timeout)} timeouts`}
      </Tile>
      <Tile name="Customers hurt" value={count(impact.affectedCustomers)} delta={deltas.customers}>
        {`tier 1: ${tier1} · tier 2: ${tier2} · tier 3: ${tier3}`}
      </Tile>
      <Tile name="Cost a minute" value={money(impact.dollarsPerMinute)} delta={deltas.dollarsPerMinute}>
        {`impact score ${count(impact.score)}`}
      </Tile>
    </dl>
  );
};
