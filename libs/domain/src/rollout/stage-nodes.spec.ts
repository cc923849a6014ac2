import fc from 'fast-check';
import { pickNodes, rolloutOrder, stageNodesMax, type StageNode } from './stage-nodes.js';

const pop = (name: string, count: number, region = 'eu'): readonly StageNode[] =>
  Array.from({ length: count }, (_, index) => ({ nodeId: `${name}-n${index}`, pop: name, region }));

/** A few PoPs of different sizes. */
const fleets = fc
  .array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 })
  .map((sizes) => sizes.flatMap((size, index) => pop(`p${index}`, size, `r${index % 3}`)));

describe('the nodes of a stage', () => {
  it.each([
    [1, 1_000, 10],
    [1, 20, 1],
    [5, 150, 8],
    [7, 100, 7],
    [100, 333, 333],
    [50, 0, 0],
  ])('R33: %s %% of %i nodes are %i', (share, targets, count) => {
    expect(stageNodesMax(share, targets)).toBe(count);
  });
  it('are spread over PoPs before any PoP gets a second one', () => {
    const fleet = [...pop('a', 4), ...pop('b', 4), ...pop('c', 4)];
    expect(pickNodes(fleet, new Set(), 3)).toEqual(['a-n0', 'b-n0', 'c-n0']);
    expect(pickNodes(fleet, new Set(['a-n0', 'b-n0', 'c-n0']), 5)).toEqual(['a-n1', 'b-n1']);
  });
  it('come from the regions by turns', () => {
    const fleet = [...pop('a', 4), ...pop('b', 4), ...pop('c', 4, 'us'), ...pop('d', 4, 'us')];
    expect(rolloutOrder(fleet).slice(0, 4)).toEqual(['a-n0', 'c-n0', 'b-n0', 'd-n0']);
  });
  it('R34: leave every PoP a control of its own as long as the share allows it', () => {
    fc.assert(
      fc.property(fleets, fc.double({ min: 0, max: 1, noNaN: true }), (fleet, share) => {
        const taken = new Set(pickNodes(fleet, new Set(), Math.floor(share * fleet.length)));
        const lastOf = (name: string): number => {
          const members = fleet.filter((node) => node.pop === name);
          return members.length - members.filter(({ nodeId }) => taken.has(nodeId)).length;
        };
        const left = [...new Set(fleet.map((node) => node.pop))].map(lastOf);
        // Where some PoP is whole, every other one has given all but its last node.
        expect(left.includes(0) ? left.filter((count) => count > 1) : []).toEqual([]);
      }),
    );
  });
  it('are the same whatever was asked in between: a stage contains those before it', () => {
    fc.assert(
      fc.property(fleets, fc.nat(30), fc.nat(30), (fleet, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const first = pickNodes(fleet, new Set(), less);
        const both = new Set([...first, ...pickNodes(fleet, new Set(first), more)]);
        expect(both).toEqual(new Set(pickNodes(fleet.toReversed(), new Set(), more)));
        expect(rolloutOrder(fleet)).toHaveLength(fleet.length);
      }),
    );
  });
});
