import type { ReactNode } from 'react';
import type { FleetHealth } from '../api/followed.js';
import { count, latency, money, percent } from '../ui/figures.js';
import type { NowAnswer } from './now-document.js';

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly children?: ReactNode;
}

const Tile = ({ name, value, children }: TileProps) => (
  <div className="tile">
    <dt>{name}</dt>
    <dd>
      <strong>{value}</strong>
      <div className="quiet">{children}</div>
    </dd>
  </div>
);

interface TilesProps {
  readonly health: FleetHealth | null;
  readonly impact: NowAnswer['impact'];
}

/** The four figures of the verdict, large. */
export const Tiles = ({ health, impact }: TilesProps) => {
  const fleet = health?.fleet;
  const { tier1, tier2, tier3 } = impact.byTier;
  return (
    <dl className="tiles">
      <Tile name="Success, last minute" value={percent(fleet?.success)}>
        {fleet === undefined ? 'not heard yet' : `${count(fleet.bad)} of ${count(fleet.good + fleet.bad)} failed`}
      </Tile>
      <Tile name="p99, last minute" value={latency(fleet?.p99)}>
        {fleet === undefined ? 'not heard yet' : `p50 ${latency(fleet.p50)} · ${count(fleet.timeout)} timeouts`}
      </Tile>
      <Tile name="Customers hurt" value={count(impact.affectedCustomers)}>
        {`tier 1: ${tier1} · tier 2: ${tier2} · tier 3: ${tier3}`}
      </Tile>
      <Tile name="Cost a minute" value={money(impact.dollarsPerMinute)}>
        {`impact score ${count(impact.score)}`}
      </Tile>
    </dl>
  );
};
