import { describeKnot, until } from '#testing';
import { EdgeSite } from './edge-site.fixture.js';

describeKnot('an edge under load', () => {
  let site: EdgeSite;
  beforeAll(async () => {
    site = await EdgeSite.open();
  });
  afterAll(() => site.close());

  it('R1: what a real server answers is counted whole, and nobody is paged', async () => {
    const agent = await site.startAgent();
    await site.knot.start();
    const load = await site.startLoad();
    await until('5,000 queries ended', () => load.outcomes.length > 5_000, 60_000);
    await load.stop();
    const status = await agent.end('SIGTERM');
    const summary = JSON.parse(agent.said().trim().split('\n').at(-1) ?? '{}') as Record<string, number>;
    expect(status).toBe(0);
    const node = await until('all is counted', async () => {
      const found = await site.counted();
      return found['counted'] === summary['sent'] && found;
    });
    expect(node).toMatchObject({ duplicates: 0, rejected: 0, gap: 0 });
    expect(site.pager.events).toEqual([]);
  });
});
