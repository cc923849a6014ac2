import { systemClock } from '#runtime';
import { type ClientOutcome, describeKnot, type OpenLoopQueries, until } from '#testing';
import { type AppProcess, EdgeSite, NODE } from './edge-site.fixture.js';

interface Alert {
  readonly rule: string;
  readonly scope: string;
  readonly key: string;
  readonly severity: string;
  readonly state: string;
  readonly firedAt: number;
  readonly incidentId: string | null;
}

/** How long the server is dead, how long it lives between two crashes, and how long it hangs. */
const DEAD_MS = 1_500;
const ALIVE_MS = 1_000;
const HANG_MS = 3_000;
const CRASHES = 4;
/** The longest from the fault to a page. */
const PAGED_MS = 10_000;
/** How long all is well before: with a prober it need not be known what the node usually does, without one half a minute of it must be. */
const WELL_MS = { probed: 15_000, unprobed: 65_000 };

const { nowMs } = systemClock;
/** The time of a campaign runs with the machine's, as that of its clients does. */
const passes = (ms: number): Promise<void> => systemClock.sleep(ms);

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}
interface Sum {
  readonly good: number;
  readonly bad: number;
}

/** Whole seconds of a time. */
const secondsWithin = (fromMs: number, toMs: number): Span => ({
  fromMs: Math.ceil(fromMs / 1_000) * 1_000,
  toMs: Math.floor(toMs / 1_000) * 1_000,
});

describeKnot('an outage of a real server', () => {
  let site: EdgeSite;
  let outside: OpenLoopQueries;
  let agent: AppProcess;

  const begin = async (isProbed: boolean): Promise<void> => {
    site = await EdgeSite.open();
    agent = await site.startAgent();
    await site.knot.start();
    await site.startLoad();
    outside = await site.startOutside();
    if (isProbed) await site.startProber();
    await passes(isProbed ? WELL_MS.probed : WELL_MS.unprobed);
    expect(await alerts()).toEqual([]);
  };
  afterEach(() => site.close());

  const alerts = async (): Promise<readonly Alert[]> =>
    ((await site.ask('/v1/alerts?limit=100')) as { alerts: readonly Alert[] }).alerts;
  const outage = async (): Promise<Alert | undefined> =>
    (await alerts()).find(({ rule, scope, key }) => rule === 'node_outage' && scope === 'node' && key === NODE.nodeId);
  const outageOf = (): Promise<Alert> => until('the outage is raised', outage, PAGED_MS);
  /** How long after a fault the first page came. */
  const pagedMs = async (fromMs: number): Promise<number> => {
    const page = await until('somebody is paged', () => site.pager.events[0], PAGED_MS);
    return page.atMs - fromMs;
  };

  /** Good answers of a family of cells in whole seconds, and all that counted for or against. */
  const read = async (family: string, time: Span): Promise<Sum> => {
    const query = `family=${family}&key=${NODE.nodeId}&from=${time.fromMs}&to=${time.toMs}&stepMs=1000`;
    const { windows } = (await site.ask(`/v1/windows?${query}`)) as { windows: readonly Sum[] };
    return windows.reduce((sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }), { good: 0, bad: 0 });
  };
  /** The same, once nothing more is on its way: what came two seconds later is written. */
  const sums = async (family: string, time: Span): Promise<Sum> => {
    const later = { fromMs: time.toMs + 2_000, toMs: time.toMs + 3_000 };
    await until('later seconds are written', async () => (await read(family, later)).good > 0);
    return read(family, time);
  };
  const share = ({ good, bad }: Sum): number => good / (good + bad);

  /** The server dies four times; resolves to when it was dead, and when the first restart came. */
  const crashLoop = async (): Promise<{ fromMs: number; firstRestartMs: number; toMs: number }> => {
    const fromMs = nowMs();
    let firstRestartMs: number | undefined;
    for (let crash = 0; crash < CRASHES; crash += 1) {
      await site.knot.end('SIGSEGV');
      await passes(DEAD_MS);
      firstRestartMs ??= nowMs();
      await site.knot.start();
      await passes(ALIVE_MS);
    }
    return { fromMs, firstRestartMs: firstRestartMs ?? fromMs, toMs: nowMs() };
  };

  /** Per cent of what the outside prober asked within a time that was answered without an error. */
  const outsideShare = (outcomes: readonly ClientOutcome[], time: Span): number => {
    const due = outcomes.filter(({ atMs }) => atMs >= time.fromMs && atMs < time.toMs);
    return (100 * due.filter(({ outcome }) => outcome === 'answered').length) / due.length;
  };

  it('R61: a crash loop is an outage before the first restart, one incident, and as bad as clients see it', async () => {
    await begin(true);
    const time = await crashLoop();
    const alert = await outageOf();
    console.log(
      'raised',
      alert.firedAt - time.fromMs,
      'ms after the crash; restart',
      time.firstRestartMs - time.fromMs,
    );
    expect(alert.firedAt).toBeLessThan(time.firstRestartMs);
    expect(await pagedMs(time.fromMs)).toBeLessThan(PAGED_MS);
    const seconds = secondsWithin(time.fromMs, time.toMs);
    const seen = outsideShare(outside.outcomes, seconds);
    const probes = 100 * share(await sums('probe', seconds));
    const naive = 100 * share(await sums('node', seconds));
    console.log({ seen, probes, naive });
    expect(Math.abs(probes - seen)).toBeLessThan(5);
    expect(naive).toBeGreaterThan(99);
    expect((await alerts()).filter(({ rule }) => rule === 'node_outage')).toHaveLength(1);
  });

  it('R61: without a prober a crash loop is an outage too, within ten points of what clients see', async () => {
    await begin(false);
    const before = secondsWithin(nowMs() - 11_000, nowMs() - 1_000);
    const time = await crashLoop();
    const alert = await outageOf();
    expect(alert.firedAt).toBeLessThan(time.firstRestartMs);
    expect(await pagedMs(time.fromMs)).toBeLessThan(PAGED_MS);
    const seconds = secondsWithin(time.fromMs, time.toMs);
    // Long written by now; what came after it is the crash.
    const perSecond = (await read('node', before)).good / ((before.toMs - before.fromMs) / 1_000);
    const expected = (perSecond * (seconds.toMs - seconds.fromMs)) / 1_000;
    const success = (100 * (await sums('node', seconds)).good) / expected;
    const seen = outsideShare(outside.outcomes, seconds);
    console.log({ seen, success, raisedMs: alert.firedAt - time.fromMs });
    expect(Math.abs(success - seen)).toBeLessThan(10);
  });

  it('a hang is an outage though the tap stays open', async () => {
    await begin(true);
    const fromMs = nowMs();
    site.knot.signal('SIGSTOP');
    await passes(HANG_MS);
    site.knot.signal('SIGCONT');
    const toMs = nowMs();
    const alert = await outageOf();
    expect(await pagedMs(fromMs)).toBeLessThan(PAGED_MS);
    // What was asked in the last second of it was answered at its end, within the second that an answer may take.
    const seconds = secondsWithin(fromMs, toMs - 1_000);
    const seen = outsideShare(outside.outcomes, seconds);
    const probes = 100 * share(await sums('probe', seconds));
    console.log({ seen, probes, raisedMs: alert.firedAt - fromMs });
    expect(alert.firedAt - fromMs).toBeLessThan(HANG_MS);
    expect(Math.abs(probes - seen)).toBeLessThan(5);
  });

  it('a restart of the agent alone pages nobody', async () => {
    await begin(false);
    await agent.end('SIGKILL');
    await passes(1_000);
    await site.startAgent();
    await passes(PAGED_MS);
    expect(await outage()).toBeUndefined();
    expect((await alerts()).filter(({ severity }) => severity === 'critical')).toEqual([]);
    expect(site.pager.events).toEqual([]);
  });
});
