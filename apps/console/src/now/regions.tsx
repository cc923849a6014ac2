import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import type { FleetHealth } from '../api/followed.js';
import { placeOf } from '../map/places.js';
import { HEALTH_WORDS, healthTone, type PopHealth, popsOf } from '../map/pops.js';
import { Card } from '../ui/card.js';
import { Failure } from '../ui/failure.js';
import { count, latency, money, percent } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { usePopMinute } from '../fleet/pop-minute.js';
import type { FleetImpact } from './now-document.js';

// A third of all bytes of the page, and not what is read first.
const World = lazy(async () => ({ default: (await import('../map/world.js')).World }));

interface RegionsProps {
  readonly health: FleetHealth | null;
  /** Undefined: not read, or not readable. */
  readonly impact: FleetImpact | undefined;
}

/** Regions, those first that are to be recovered first, by money (R57). */
const RegionTable = ({ health, impact }: RegionsProps) => {
  const hurt = new Map(impact?.regions.map((region) => [region.region, region]));
  const hurtOf = <Value,>(of: (region: FleetImpact['regions'][number] | undefined) => Value, key: string) =>
    impact === undefined ? '—' : of(hurt.get(key));
  const orderOf = (key: string): number => hurt.get(key)?.order ?? Number.MAX_SAFE_INTEGER;
  return (
    <Rows
      label="Regions, in the order of their recovery"
      columns={[
        { heading: 'Region', cell: ({ key }) => key },
        {
          heading: 'State',
          cell: ({ success }) => <Mark tone={healthTone(success)}>{HEALTH_WORDS[healthTone(success)]}</Mark>,
        },
        { heading: 'Success', isNumber: true, cell: ({ success }) => percent(success) },
        { heading: 'p99', isNumber: true, cell: ({ p99 }) => latency(p99) },
        {
          heading: 'Hurt',
          isNumber: true,
          cell: ({ key }) => hurtOf((region) => count(region?.affectedCustomers ?? 0), key),
        },
        {
          heading: 'A minute',
          isNumber: true,
          cell: ({ key }) => hurtOf((region) => money(region?.dollarsPerMinute ?? 0), key),
        },
      ]}
      rows={(health?.regions ?? []).toSorted((one, other) => orderOf(one.key) - orderOf(other.key))}
      keyOf={({ key }) => key}
      none={health === null ? 'Nothing was heard of any region yet.' : 'There is no region: no node is registered.'}
    />
  );
};

const PopTable = ({ pops }: { readonly pops: readonly PopHealth[] }) => {
  const unplaced = pops.filter(({ pop }) => placeOf(pop) === undefined).length;
  return (
    <details open>
      <summary>{`PoPs, the worst first${unplaced === 0 ? '' : `; ${unplaced} are not on the map`}`}</summary>
      <Rows
        label="PoPs, the worst first"
        columns={[
          {
            heading: 'PoP',
            cell: ({ pop }) => (
              <Link to="/fleet" search={{ pop }}>
                {pop}
              </Link>
            ),
          },
          {
            heading: 'State',
            cell: ({ success }) => <Mark tone={healthTone(success)}>{HEALTH_WORDS[healthTone(success)]}</Mark>,
          },
          { heading: 'Success', isNumber: true, cell: ({ success }) => percent(success) },
          { heading: 'Asked', isNumber: true, cell: ({ good, bad }) => count(good + bad) },
        ]}
        rows={pops}
        keyOf={({ pop }) => pop}
        none="No PoP answered anything."
      />
    </details>
  );
};

/** Where it is: regions, PoPs on the map, and the same PoPs as a table. */
export const Regions = ({ health, impact }: RegionsProps) => {
  const { data, error } = usePopMinute();
  const pops = useMemo(() => popsOf(data?.windows?.windows ?? []), [data]);
  return (
    <Card title="Where" className="regions">
      <div className="places">
        <RegionTable health={health} impact={impact} />
      </div>
      {error !== null && <Failure of="the PoPs" error={error} />}
      {data === undefined ? (
        <div className="world-place">{error === null && <p className="quiet">Reading the PoPs …</p>}</div>
      ) : (
        <>
          <Suspense fallback={<div className="world-place" />}>
            <World pops={pops} />
          </Suspense>
          <PopTable pops={pops} />
        </>
      )}
    </Card>
  );
};
