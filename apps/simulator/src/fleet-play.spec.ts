import type { NodeReport } from '#contracts';
import { CUSTOMERS } from './customers.js';
import { exposedCustomers } from './exposure.js';
import { buildFleet, GOOD_RELEASE } from './fleet.js';
import { createFleetPlay } from './fleet-play.js';
import type { HttpClient } from './http-client.js';
import { createManualClock } from './manual-clock.fake.js';
import { createOracle } from './oracle.js';
import { fakeEncoding } from './tocsin.fake.js';

const START_MS = 1_800_000_000_000;

describe('a fleet at play', () => {
  it('nobody hears of a crash before it happened, by its report or by a boot id', async () => {
    const clock = createManualClock(START_MS);
    const heard: { readonly atMs: number; readonly report: NodeReport }[] = [];
    const client: HttpClient = {
      send: ({ path, body }) => {
        if (path === '/v1/telemetry/nodes')
          for (const report of JSON.parse(String(body)) as NodeReport[]) heard.push({ atMs: clock.nowMs(), report });
        return Promise.resolve({ status: 202, body: '{}' });
      },
      close: () => undefined,
    };
    const fleet = buildFleet(16);
    const oracle = createOracle();
    const keys = { ofNode: new Map<string, string>(), collector: 'c.s' };
    const exposed = exposedCustomers(CUSTOMERS, 1);
    const shared = { fleet, customers: CUSTOMERS, exposed, seed: 1, keys, oracle, clock, client };
    const play = createFleetPlay({
      ...shared,
      release: GOOD_RELEASE,
      queriesPerSecondPerNode: 100,
      encoding: fakeEncoding,
    });
    play.start();
    await clock.advance(1_000);
    play.corrupt(
      fleet.map(({ nodeId }) => nodeId),
      clock.nowMs(),
    );
    await clock.advance(3_000);
    play.stop();

    const crashes = heard.flatMap(({ atMs, report }) => (report.type === 'crash' ? [{ atMs, report }] : []));
    expect(new Set(crashes.map(({ report }) => report.nodeId)).size).toBe(16);
    for (const { atMs, report } of crashes) {
      expect(report.atUs).toBeLessThanOrEqual(atMs * 1_000);
      const earlier = heard.filter(
        (each) => each.atMs < atMs && JSON.stringify(each.report).includes(report.serverBootId),
      );
      expect(earlier.filter((each) => each.report.nodeId === report.nodeId)).toEqual([]);
    }
    expect(oracle.firstFailureMs()).toBeGreaterThanOrEqual(
      Math.min(...crashes.map(({ report }) => report.atUs / 1_000)),
    );
  });
});
