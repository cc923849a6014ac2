import type { NodeReport } from '#contracts';
import { FakeClock, until } from '#testing';
import type { GatewayClient } from './gateway-client.js';
import { createNodeReporter } from './node-reporter.js';

const NODE = { nodeId: 'edge-1', agentBootId: '9', pop: 'fra1', region: 'europe' };
const STATE = { softwareVersion: 'v2.1.5', configRev: 'c42', serverBootId: '5', observed: 1, dropped: 0, queued: 0 };

const create = () => {
  const clock = new FakeClock();
  const heard: NodeReport[] = [];
  const state = { isAway: false, attempts: 0 };
  const client: GatewayClient = {
    post: (_topic, _type, body) => {
      state.attempts += 1;
      if (state.isAway) return Promise.reject(new Error('connect ECONNREFUSED'));
      heard.push(JSON.parse(Buffer.from(body).toString()) as NodeReport);
      return Promise.resolve({ status: 202, body: '', retryAfterMs: undefined });
    },
    close: () => undefined,
  };
  const stopping = new AbortController();
  const reporter = createNodeReporter(client, clock, NODE, stopping.signal);
  const crashes = (): string[] => heard.flatMap((report) => (report.type === 'crash' ? [report.serverBootId] : []));
  return { clock, heard, state, reporter, stopping, crashes };
};

describe('a node reporter', () => {
  it('R61: tells every crash in order when the gateway is back, with the time at which it happened', async () => {
    const { clock, heard, state, reporter, crashes } = create();
    state.isAway = true;
    const told = reporter.crash('1', 'closed');
    await clock.advance(20_000);
    void reporter.crash('2', 'closed');
    await clock.advance(40_000);
    // At most one attempt in two seconds, after the first few.
    expect(state.attempts).toBeLessThan(40);
    state.isAway = false;
    await clock.advance(2_000);
    await told;
    expect(crashes()).toEqual(['1', '2']);
    expect(heard.map(({ atUs }) => atUs - heard[0]!.atUs)).toEqual([0, 20_000_000]);
  });

  it('keeps the newest 64 crashes', async () => {
    const { clock, state, reporter, crashes } = create();
    state.isAway = true;
    const all = Array.from({ length: 100 }, (_, i) => reporter.crash(String(i), 'closed'));
    await clock.advance(5_000);
    state.isAway = false;
    await clock.advance(2_000);
    await Promise.all(all);
    expect(crashes()).toEqual(Array.from({ length: 64 }, (_, i) => String(i + 36)));
  });

  it('does not repeat a heartbeat, and gives up when the agent stops', async () => {
    const { clock, state, reporter, stopping, heard } = create();
    state.isAway = true;
    await reporter.heartbeat({ ...STATE, spooled: 0, taps: 1 });
    expect(state.attempts).toBe(1);
    const told = reporter.crash('1', 'closed');
    await until('it waits', () => clock.sleeping === 1);
    stopping.abort();
    await told;
    state.isAway = false;
    await reporter.heartbeat({ ...STATE, spooled: 3, taps: 0, completeness: 0.5 });
    expect(heard).toEqual([
      expect.objectContaining({ type: 'heartbeat', ...NODE, ...STATE, spooled: 3, completeness: 0.5 }),
    ]);
  });
});
