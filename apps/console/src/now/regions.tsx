import { lazy, Suspense, useMemo } from 'react';
import type { FleetHealth } from '../api/followed.js';
import { useAnswer } from '../api/use-answer.js';
import { placeOf } from '../map/places.js';
import { HEALTH_WORDS, healthTone, type PopHealth, popsOf } from '../map/pops.js';
import { Card } from '../ui/card.js';
import { count, latency, money, percent } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { type NowAnswer, POP_SERIES } from './now-document.js';

// A third of all bytes of the page, and not what is read first.
const World = lazy(async () => ({ default: (await import('../map/world.js')).World }));

/** A minute, as the figures of the regions are. */
const POP_STEP_MS = 60_000;
const POPS_EVERY_MS = 5_000;

interface RegionsProps {
  readonly health: FleetHealth | null;
  readonly impact: NowAnswer['impact'];
}

/** Regions, those first that are to be recovered first, by money (R57). */
const RegionTable = ({ health, impact }: RegionsProps) => {
  const hurt = new Map(impact.regions.map((region) => [region.region, region]));
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
        { heading: 'Hurt', isNumber: true, cell: ({ key }) => count(hurt.get(key)?.affectedCustomers ?? 0) },
        { heading: 'A minute', isNumber: true, cell: ({ key }) => money(hurt.get(key)?.dollarsPerMinute ?? 0) },
      ]}
      rows={(health?.regions ?? []).toSorted((one, other) => orderOf(one.key) - orderOf(other.key))}
      keyOf={({ key }) => key}
      none="Nothing was heard of any region."
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
          { heading: 'PoP', cell: ({ pop }) => pop },
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
  const { data } = useAnswer('pop-series', POP_SERIES, { step: POP_STEP_MS }, { everyMs: POPS_EVERY_MS });
  const pops = useMemo(() => popsOf(data?.windows?.windows ?? []), [data]);
  return (
    <Card title="Where" className="regions">
      <RegionTable health={health} impact={impact} />
      <Suspense fallback={<div className="world-place" />}>
        <World pops={pops} />
      </Suspense>
      <PopTable pops={pops} />
    </Card>
  );
};
