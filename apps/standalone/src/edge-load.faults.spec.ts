import { describeKnot, sendMalformed, until } from '#testing';
import { type AppProcess, EdgeSite } from './edge-site.fixture.js';

/** As long as an outage of the gateway that must cost nothing: a minute at 500 queries a second. */
const QUERIES_OF_A_MINUTE = 30_000;

/** What an agent says at its end. */
const summaryOf = async (agent: AppProcess): Promise<Readonly<Record<string, number>>> => {
  expect(await agent.end('SIGTERM')).toBe(0);
  return JSON.parse(agent.said().trim().split('\n').at(-1) ?? '{}') as Record<string, number>;
};

/** Of a node of which nothing is lost, and nobody was paged. */
const WHOLE = { difference: 0, rejected: 0, gap: 0, pages: 0 };

describeKnot('an edge under load', () => {
  let site: EdgeSite;
  beforeEach(async () => {
    site = await EdgeSite.open();
  });
  afterEach(() => site.close());

  /** Ends the agent, and waits until as many outcomes are counted as it sent; then what is known of the node. */
  const countedWith = async (agent: AppProcess): Promise<Readonly<Record<string, unknown>>> => {
    const { sent } = await summaryOf(agent);
    // What came more than a minute late is kept, and no window of the rules holds it.
    const isCounted = async (): Promise<boolean> => {
      const { counted, late } = (await site.counted()) as { counted: number; late: number };
      return counted + late === sent;
    };
    await until(`${sent} outcomes are counted`, isCounted, 60_000);
    return { ...(await site.counted()), pages: site.pager.events.length };
  };

  it('R1: what a real server answers is counted whole, and nobody is paged', async () => {
    const agent = await site.startAgent();
    await site.knot.start();
    const load = await site.startLoad();
    await until('5,000 queries ended', () => load.outcomes.length > 5_000, 60_000);
    await load.stop();
    expect(await countedWith(agent)).toMatchObject(WHOLE);
  });

  it('a flood of malformed packets hides nothing, and is no outage', async () => {
    const agent = await site.startAgent();
    await site.knot.start();
    const load = await site.startLoad();
    await until('1,000 queries ended', () => load.outcomes.length > 1_000, 60_000);
    const flood = await sendMalformed(site.knot.port, 2_000);
    await until('5,000 queries ended', () => load.outcomes.length > 5_000, 60_000);
    flood.stop();
    await load.stop();
    expect(await countedWith(agent)).toMatchObject(WHOLE);
    const answered = load.outcomes.filter(({ outcome }) => outcome !== 'timeout').length;
    expect(answered / load.outcomes.length).toBeGreaterThan(0.99);
  });

  it('a gateway that is killed and away for a minute costs no outcome', async () => {
    const agent = await site.startAgent();
    await site.knot.start();
    const load = await site.startLoad();
    await until('1,000 queries ended', () => load.outcomes.length > 1_000, 60_000);
    await site.interrupt(async () => {
      const from = load.outcomes.length;
      await until('a minute passed', () => load.outcomes.length - from > QUERIES_OF_A_MINUTE, 120_000);
    });
    await load.stop();
    expect(await countedWith(agent)).toMatchObject(WHOLE);
  });
});
