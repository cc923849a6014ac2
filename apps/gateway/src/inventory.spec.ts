import type { CatalogueFollower } from '#runtime';
import type { Catalogue } from '#store';
import { FakeClock } from '#testing';
import { Inventory } from './inventory.js';

/** A catalogue whose looks end when the test says so. */
const lookedAt = (clock: FakeClock) => {
  let catalogue: Catalogue = { version: 1, nodes: [], customers: [], registry: [] };
  const looks: (() => void)[] = [];
  const follower: CatalogueFollower = {
    current: () => catalogue,
    onChange: () => () => undefined,
    refresh: () => new Promise((done) => looks.push(done)),
  };
  const find = (...nodeIds: string[]): void => {
    const nodes = nodeIds.map((nodeId) => ({ nodeId, pop: 'iad-1', region: 'us-east' }));
    catalogue = { ...catalogue, version: catalogue.version + 1, nodes };
    looks.at(-1)?.();
  };
  return { inventory: new Inventory(follower, clock), looks, find };
};

describe('the inventory', () => {
  it('lets everybody who asks during a look wait for what it finds', async () => {
    const { inventory, looks, find } = lookedAt(new FakeClock());
    let isSecondBack = false;
    const first = inventory.learn(['n1']);
    const second = inventory.learn(['n2']).then(() => {
      isSecondBack = true;
    });
    await new Promise((done) => setImmediate(done));
    expect([isSecondBack, looks.length]).toEqual([false, 1]);
    find('n1', 'n2');
    await Promise.all([first, second]);
    expect([inventory.has('n1'), inventory.has('n2'), inventory.has('n3')]).toEqual([true, true, false]);
  });

  it('looks four times a second at most, however many nodes are unknown', async () => {
    const clock = new FakeClock();
    const { inventory, looks, find } = lookedAt(clock);
    const first = inventory.learn(['n1']);
    find('n1');
    await first;
    for (let i = 0; i < 100; i += 1) await inventory.learn([`unknown${i}`]);
    expect(looks).toHaveLength(1);
    await clock.advance(250);
    const later = inventory.learn(['n2']);
    find('n1', 'n2');
    await later;
    expect(looks).toHaveLength(2);
  });

  it('does not look for what it knows', async () => {
    const { inventory, looks, find } = lookedAt(new FakeClock());
    find('n1');
    await inventory.learn(['n1']);
    expect(looks).toHaveLength(0);
  });
});
