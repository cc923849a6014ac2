import './world.css';
import { geoEqualEarth, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import land from 'world-atlas/land-110m.json';
import { percent } from '../ui/figures.js';
import type { Tone } from '../ui/mark.js';
import { placeOf } from './places.js';
import { HEALTH_WORDS, healthTone, type PopHealth } from './pops.js';

const WIDTH = 720;
const HEIGHT = 350;
/** Neither dot of a fleet hides another more than it must: the busiest is so large, in pixels. */
const RADIUS_MAX = 11;
const RADIUS_MIN = 4;

const topology = land as unknown as Topology<{ land: GeometryCollection }>;
const projection = geoEqualEarth().fitSize([WIDTH, HEIGHT], { type: 'Sphere' });
const outline = geoPath(projection)(feature(topology, topology.objects.land)) ?? '';

/** A state has a shape of its own, for who cannot tell the colours apart. */
const Shape = ({ tone, size }: { readonly tone: Tone; readonly size: number }) => {
  if (tone === 'bad') return <path className="bad" d={`M0 ${-size}L${size} ${size}L${-size} ${size}Z`} />;
  if (tone === 'warn') return <path className="warn" d={`M0 ${-size}L${size} 0L0 ${size}L${-size} 0Z`} />;
  return <circle className={tone} r={size} />;
};

/** PoPs on the world, as large as they are busy. What it shows stands in the table beside it, so it is a picture to a screen reader. */
export const World = ({ pops }: { readonly pops: readonly PopHealth[] }) => {
  const busiest = Math.max(1, ...pops.map(({ good, bad }) => good + bad));
  const failing = pops.filter(({ success }) => healthTone(success) === 'bad').length;
  return (
    <svg
      className="world"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Map: ${pops.length} PoPs, ${failing} failing; the table has each`}
    >
      <path className="land" d={outline} />
      {pops.toReversed().map(({ pop, good, bad, success }) => {
        const place = placeOf(pop);
        const at = place === undefined ? null : projection([...place]);
        if (at === null) return null;
        const size = RADIUS_MIN + (RADIUS_MAX - RADIUS_MIN) * Math.sqrt((good + bad) / busiest);
        const tone = healthTone(success);
        return (
          <g key={pop} transform={`translate(${at[0]} ${at[1]})`}>
            <title>{`${pop}: ${HEALTH_WORDS[tone]}, ${percent(success)}`}</title>
            <Shape tone={tone} size={size} />
          </g>
        );
      })}
    </svg>
  );
};
