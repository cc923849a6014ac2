import { counterOf, gaugeOf, type HistogramFamily, Meters } from './meters.js';

const never = {
  sleep: (_waitMs: number, signal?: AbortSignal) =>
    new Promise<void>((done) => signal?.addEventListener('abort', () => done())),
};
const at = { sleep: async () => undefined };

const SENT = counterOf('tocsin_sent_total', 'Things sent.', ['channel'], 2);
const OPEN = gaugeOf('tocsin_open', 'Things open.');
const TOOK: HistogramFamily<'route'> = {
  kind: 'histogram',
  name: 'tocsin_took_seconds',
  help: 'Time taken.',
  labels: ['route'],
  seriesMax: 1,
  buckets: [1, 2],
};

const linesOf = ({ body }: { readonly body: string }): readonly string[] =>
  body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('meters', () => {
  it('shows in text what was counted, and the same in OpenMetrics, in any order', async () => {
    const meters = new Meters(never);
    meters.add(SENT, () => [{ labels: { channel: 'slack' }, value: 3 }]);
    const [open, text] = [await meters.expose('openmetrics'), await meters.expose('text')];
    expect(linesOf(text)).toContain('tocsin_sent_total{channel="slack"} 3');
    expect(text.body).toContain('# TYPE tocsin_sent_total counter');
    expect(open.body).toContain('# TYPE tocsin_sent counter\ntocsin_sent_total{channel="slack"} 3');
    expect(open.body.endsWith('# EOF\n')).toBe(true);
    expect(open.contentType).toContain('application/openmetrics-text');
  });

  it('joins the readings of several parts, and leaves out and counts what is beyond the bound', async () => {
    const meters = new Meters(never);
    meters.add(SENT, () => [{ labels: { channel: 'a' }, value: 1 }]);
    meters.add(SENT, async () => ['b', 'c'].map((channel) => ({ labels: { channel }, value: 2 })));
    const lines = linesOf(await meters.expose('text'));
    expect(lines.filter((line) => line.startsWith('tocsin_sent_total'))).toEqual([
      'tocsin_sent_total{channel="a"} 1',
      'tocsin_sent_total{channel="b"} 2',
    ]);
    expect(lines).toContain('tocsin_meter_series_left_out 1');
  });

  it.each([
    ['throws', never, () => Promise.reject(new Error('away')), 'away'],
    ['does not answer', at, () => new Promise<number>(() => undefined), 'no answer in 3000 ms'],
  ])('shows the others where one family %s, and says that one is missing', async (_, clock, collect, because) => {
    const told: string[] = [];
    const meters = new Meters(clock, (name, error) => told.push(`${name}: ${error.message}`));
    meters.add(OPEN, collect);
    const body = linesOf(await meters.expose('text'));
    expect(body).toEqual(['tocsin_meters_failed 1', 'tocsin_meter_series_left_out 0']);
    expect(told).toEqual([`tocsin_open: ${because}`]);
  });

  it('reads once for those who ask at once', async () => {
    let reads = 0;
    const meters = new Meters(never);
    meters.add(OPEN, () => (reads += 1));
    await Promise.all([meters.expose('text'), meters.expose('openmetrics')]);
    expect(reads).toBe(1);
  });

  it('keeps a histogram across scrapes, of as many label sets as it may have', async () => {
    const meters = new Meters(never);
    const took = meters.histogram(TOOK);
    took({ route: '/a' }, 1.5);
    took({ route: '/b' }, 1.5);
    await meters.expose('openmetrics');
    took({ route: '/a' }, 5);
    expect(linesOf(await meters.expose('text')).filter((line) => line.startsWith('tocsin_took'))).toEqual([
      'tocsin_took_seconds_bucket{le="1",route="/a"} 0',
      'tocsin_took_seconds_bucket{le="2",route="/a"} 1',
      'tocsin_took_seconds_bucket{le="+Inf",route="/a"} 2',
      'tocsin_took_seconds_sum{route="/a"} 6.5',
      'tocsin_took_seconds_count{route="/a"} 2',
    ]);
    expect(linesOf(await meters.expose('text'))).toContain('tocsin_meter_series_left_out 1');
  });
});
