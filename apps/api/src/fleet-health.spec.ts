import type { Catalogue } from '#store';
import { createFleetHealth } from './fleet-health.js';

describe('the health of the fleet', () => {
  it('is worked out once a second, and at once when the nodes are others', async () => {
    let nowMs = Date.UTC(2021, 6, 22, 11, 50);
    let nodes: Catalogue['nodes'] = [];
    const health = createFleetHealth(
      { read: async () => [] },
      { current: () => ({ version: 1, registry: [], customers: [], nodes }) },
      { nowMs: () => nowMs },
    );
    const first = await health();
    expect(first.regions).toEqual([]);
    expect(await health()).toBe(first);
    nodes = [{ nodeId: 'n1', region: 'us-east', pop: 'iad1' } as Catalogue['nodes'][number]];
    const registered = await health();
    expect(registered.regions).toMatchObject([{ key: 'us-east', success: null }]);
    expect(await health()).toBe(registered);
    nowMs += 1_000;
    expect((await health()).asOf).toBe(first.asOf + 1_000);
  });
});
