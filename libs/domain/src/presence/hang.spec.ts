import { readCapture } from './capture.fixture.js';
import { naiveSuccess, ratePerS, replay } from './replay.fixture.js';

const capture = readCapture('knot-hang');
const { outcomes, probes } = capture;
const timeOf = (name: string): number => capture.events.find(({ event }) => event === name)?.atUs ?? NaN;
const [startUs, stopUs, contUs, endUs] = ['start', 'sigstop', 'sigcont', 'end'].map(timeOf) as [
  number,
  number,
  number,
  number,
];
const seededPerS = ratePerS(outcomes, startUs + 1_000_000, stopUs);

describe('the captured hang', () => {
  it('neither the success that the server reports nor its latency moves', () => {
    expect(naiveSuccess(outcomes, stopUs, contUs + 500_000)).toBeGreaterThan(97.3);
    const latencies = outcomes.flatMap(({ latencyNs }) => (latencyNs === undefined ? [] : [latencyNs / 1_000]));
    expect(Math.max(...latencies)).toBeLessThan(200);
  });

  it.each([
    ['frames and probes', { outcomes, probes, hasHeartbeats: true, seededPerS }],
    ['a prober alone', { probes }],
  ])('%s: pages while the server hangs, once, and never before', (_, options) => {
    const { told, all } = replay(capture, options);
    expect(told.filter(({ atUs }) => atUs <= stopUs)).toEqual([]);
    const pages = all('AlertFired').filter(({ data }) => data.severity === 'critical');
    expect(pages).toMatchObject([{ data: { rule: 'node_outage', reason: { signal: 'presence' } } }]);
    expect(pages[0]?.atUs).toBeLessThan(contUs);
    expect(all('IncidentOpened')).toHaveLength(1);
  });

  it('without probes 3 s of silence warn, and page nobody', () => {
    const { all } = replay(capture, { outcomes, hasHeartbeats: true, seededPerS });
    const fired = all('AlertFired').filter(({ atUs }) => atUs < endUs - 1_000_000);
    expect(fired).toMatchObject([{ data: { rule: 'traffic_lost', severity: 'warning' } }]);
    expect(fired[0]?.atUs).toBeLessThan(contUs);
    expect(all('IncidentOpened')).toEqual([]);
  });

  it('a restart of the agent alone, blind for 6 s, pages nobody', () => {
    // The hang taken for a restart of the receiver: the server answers, but nobody hears it.
    const agentDown = { fromUs: stopUs, toUs: stopUs + 6_000_000 };
    const { all } = replay(capture, { outcomes, hasHeartbeats: true, seededPerS, agentDown });
    expect(all('AlertFired').filter(({ data }) => data.severity === 'critical')).toEqual([]);
    expect(all('IncidentOpened')).toEqual([]);
  });
});
