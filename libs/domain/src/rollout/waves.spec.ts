import fc from 'fast-check';
import { planWaves as plan, type WaveNode } from './waves.js';

const fleetArbitrary = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4 }), fc.boolean()), {
    minLength: 1,
    maxLength: 120,
  })
  .map((rows) =>
    rows.map(([region, pop, isBad], index) => ({
      node: { nodeId: `n${String(index).padStart(3, '0')}`, pop: `r${region}-p${pop}`, region: `r${region}` },
      isBad,
    })),
  );
const split = (rows: readonly { node: WaveNode; isBad: boolean }[]) => ({
  fleet: rows.map(({ node }) => node),
  bad: rows.filter(({ isBad }) => isBad).map(({ node }) => node),
});

const serving = (fleet: readonly WaveNode[]) => new Set(fleet.map(({ nodeId }) => nodeId));
/** Of a fleet that serves. */
const planWaves = (nodes: readonly WaveNode[], fleet: readonly WaveNode[], order?: readonly string[]) =>
  plan(nodes, { nodes: fleet, serving: serving(fleet) }, order);

describe('waves', () => {
  it('R32, RAIL-7: hold every node of the release exactly once, and no other', () => {
    fc.assert(
      fc.property(fleetArbitrary, (rows) => {
        const { fleet, bad } = split(rows);
        const waves = planWaves(bad, fleet);
        const planned = waves.length === 0 ? [] : bad.map(({ nodeId }) => nodeId).sort();
        expect(waves.flat().sort()).toEqual(planned);
        // Ten waves always suffice: the smallest step of a region, one node of four, is through after four waves.
        expect(waves.length > 0).toBe(bad.length > 0);
      }),
    );
  });

  it('RAIL-8: wave 1 is one PoP and 5 % of the fleet at most; no wave takes more than 40 % of a region', () => {
    fc.assert(
      fc.property(fleetArbitrary, (rows) => {
        const { fleet, bad } = split(rows);
        const waves = planWaves(bad, fleet);
        const nodes = new Map(fleet.map((node) => [node.nodeId, node]));
        const first = waves[0] ?? [];
        expect(new Set(first.map((nodeId) => nodes.get(nodeId)?.pop)).size).toBeLessThanOrEqual(1);
        expect(first.length).toBeLessThanOrEqual(Math.max(1, 0.05 * fleet.length));
        for (const wave of waves) {
          for (const region of new Set(fleet.map((node) => node.region))) {
            const size = fleet.filter((node) => node.region === region).length;
            const away = wave.filter((nodeId) => nodes.get(nodeId)?.region === region).length;
            expect(away).toBeLessThanOrEqual(Math.max(1, 0.4 * size));
          }
        }
      }),
    );
  });

  it('R57: the regions come in the order of recovery, within the bounds of the waves', () => {
    const regions = ['asia', 'europe', 'us-east'];
    const fleet = Array.from({ length: 300 }, (_, at) => {
      const region = regions[at % 3] ?? '';
      return { nodeId: `n${String(at).padStart(3, '0')}`, pop: `${region}-${at % 2}`, region };
    });
    // Fewest nodes run the release where it costs most.
    const bad = fleet.filter(({ region }, at) => region !== 'europe' || at < 150).slice(0, 240);
    const regionOf = new Map(fleet.map(({ nodeId, region }) => [nodeId, region]));
    const [first, second] = planWaves(bad, fleet, ['europe', 'us-east']).map((wave) =>
      wave.map((id) => regionOf.get(id)),
    );
    expect(new Set(first)).toEqual(new Set(['europe']));
    expect(second?.filter((region) => region === 'europe')).toHaveLength(35);
    expect(second).not.toContain('asia');
    expect(planWaves(bad, fleet, ['nowhere'])).toEqual(planWaves(bad, fleet));
  });

  it('RAIL-8: who does not serve counts as away, and is brought back without taking anything', () => {
    const fleet = Array.from({ length: 10 }, (_, at) => ({ nodeId: `n${at}`, pop: `p${at}`, region: 'r' }));
    const up = (count: number) => ({ nodes: fleet, serving: serving(fleet.slice(0, count)) });
    const bad = fleet.slice(6);
    // Six must serve: of ten that do four may go at once, of eight two, of six none.
    expect(plan(bad, up(10)).map((wave) => wave.length)).toEqual([1, 3]);
    expect(plan(bad, up(8)).at(-1)).toEqual(expect.arrayContaining(['n8', 'n9']));
    expect(plan(bad, up(6)).flat().sort()).toEqual(['n6', 'n7', 'n8', 'n9']);
    // What cannot be spared is planned all the same, and refused by its rail.
    expect(plan(fleet.slice(0, 4), up(6)).flat()).toHaveLength(4);
  });

  it('RAIL-7: no nodes give no waves', () => {
    expect(planWaves([], [{ nodeId: 'n', pop: 'p', region: 'r' }])).toEqual([]);
  });
});
