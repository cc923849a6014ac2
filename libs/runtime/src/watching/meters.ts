import prometheus from 'prom-client';
import type { Clock } from '../clock.js';

/** What one name in `/metrics` means. `L` are its labels. */
export interface MeterFamily<L extends string = string> {
  readonly kind: 'counter' | 'gauge';
  /** As Prometheus wants it: the unit last, `_total` after what only grows. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
  /** Most series of it; further ones are left out, and counted in `tocsin_meter_series_left_out`. */
  readonly seriesMax: number;
}

/** A family whose values are sorted into buckets as they come. */
export interface HistogramFamily<L extends string = string> extends Omit<MeterFamily<L>, 'kind'> {
  readonly kind: 'histogram';
  /** Upper bounds. */
  readonly buckets: readonly number[];
}

/** One value of a family at this moment. */
export interface Reading<L extends string = string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly value: number;
}

/** Asked at each scrape; a number where the family has no labels, undefined where nothing is known. */
export type Collect<L extends string> = () => Collected<L> | Promise<Collected<L>>;
type Collected<L extends string> = number | undefined | readonly Reading<L>[];

/** The two ways in which Prometheus reads. */
export type MetricsFormat = 'text' | 'openmetrics';

/** What is answered to a scrape. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** A family of what only grows. */
export const counterOf = <L extends string = never>(
  name: `${string}_total`,
  help: string,
  labels: readonly L[] = [],
  seriesMax = 1,
): MeterFamily<L> => ({ kind: 'counter', name, help, labels, seriesMax });

/** A family of what goes up and down. */
export const gaugeOf = <L extends string = never>(
  name: string,
  help: string,
  labels: readonly L[] = [],
  seriesMax = 1,
): MeterFamily<L> => ({ kind: 'gauge', name, help, labels, seriesMax });

interface Collector {
  readonly family: MeterFamily;
  readonly collects: Collect<string>[];
}

interface Sampled {
  readonly family: MeterFamily;
  readonly readings: readonly Reading[];
}

/** Below the scrape timeout of 10 s that Prometheus has unless told; a family whose database is away is missing, the others are not. */
const COLLECT_MS_MAX = 3_000;

const FAILED = gaugeOf('tocsin_meters_failed', 'Families of meters that could not be read at this scrape.');
const LEFT_OUT = gaugeOf(
  'tocsin_meter_series_left_out',
  'Series that were left out at this scrape because their family has as many as it may have; a histogram that left some out counts as one.',
);

const CONTENT_TYPES = {
  text: prometheus.Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: prometheus.Registry.OPENMETRICS_CONTENT_TYPE,
} as const;

/**
 * What a process tells of itself: parts add what is to be asked at each scrape, mostly of counters that they have anyway, so that nothing
 * on the way of an outcome knows of it. One per process, and not the global one of the package: tests hold many processes.
 */
export class Meters {
  private readonly collectors = new Map<string, Collector>();
  private readonly histograms = new Map<
    string,
    { readonly family: HistogramFamily; readonly meter: prometheus.Histogram }
  >();
  /** Histograms that had no place for a label set. */
  private readonly full = new Set<string>();
  private collecting: Promise<readonly Sampled[]> | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'sleep'>,
    /** Told of a family that could not be read. */
    private readonly onError: (name: string, error: Error) => void = () => undefined,
  ) {}

  /** Adds what is asked for a family; several parts may have readings of one. */
  add<L extends string>(family: MeterFamily<L>, collect: Collect<L>): void {
    const known = this.collectors.get(family.name);
    const added = collect as Collect<string>;
    if (known === undefined) this.collectors.set(family.name, { family, collects: [added] });
    else known.collects.push(added);
  }

  /** Adds a histogram; what it returns takes a value. Label sets beyond its bound are left out from the start. */
  histogram<L extends string>(
    family: HistogramFamily<L>,
  ): (labels: Readonly<Record<L, string>>, value: number) => void {
    const { name, help, labels, buckets, seriesMax } = family;
    const meter = new prometheus.Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [] });
    this.histograms.set(name, { family, meter: meter as prometheus.Histogram });
    const seen = new Set<string>();
    return (given, value) => {
      const key = labels.map((label) => given[label]).join('\n');
      if (!seen.has(key)) {
        if (seen.size >= seriesMax) return void this.full.add(name);
        seen.add(key);
      }
      meter.observe(given as prometheus.LabelValues<L>, value);
    };
  }

  /** Every family there is, by name. */
  families(): readonly (MeterFamily | HistogramFamily)[] {
    const known = [...this.collectors.values(), ...this.histograms.values()].map(({ family }) => family);
    return [FAILED, LEFT_OUT, ...known].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The values of this moment, as Prometheus reads them. Who comes while they are read gets the same. */
  async expose(format: MetricsFormat): Promise<Exposition> {
    this.collecting ??= this.collect().finally(() => (this.collecting = undefined));
    const sampled = await this.collecting;
    // Made for this answer: for OpenMetrics the package renames counters, for good.
    const registry = new prometheus.Registry();
    // The types bind a registry to one of the formats.
    (registry as prometheus.Registry<prometheus.RegistryContentType>).setContentType(CONTENT_TYPES[format]);
    for (const each of sampled) write(registry, each);
    for (const { meter } of this.histograms.values()) registry.registerMetric(meter);
    return { contentType: CONTENT_TYPES[format], body: await registry.metrics() };
  }

  private async collect(): Promise<readonly Sampled[]> {
    let [failed, leftOut] = [0, this.full.size];
    const read = [...this.collectors.values()].map(async ({ family, collects }): Promise<Sampled> => {
      const parts = await Promise.all(collects.map((collect) => this.ask(family, collect)));
      failed += parts.filter((part) => part === undefined).length > 0 ? 1 : 0;
      const readings = parts.flatMap((part) => part ?? []);
      leftOut += Math.max(0, readings.length - family.seriesMax);
      return { family, readings: readings.slice(0, family.seriesMax) };
    });
    const sampled = await Promise.all(read);
    const one = (family: MeterFamily, value: number): Sampled => ({ family, readings: [{ labels: {}, value }] });
    return [...sampled, one(FAILED, failed), one(LEFT_OUT, leftOut)];
  }

  /** Undefined: it failed, or took too long. */
  private async ask(family: MeterFamily, collect: Collect<string>): Promise<readonly Reading[] | undefined> {
    const answered = new AbortController();
    const bound = this.clock.sleep(COLLECT_MS_MAX, answered.signal).then(() => {
      throw new Error(`no answer in ${COLLECT_MS_MAX} ms`);
    });
    // Lost when it ends after the answer.
    bound.catch(() => undefined);
    try {
      const collected = await Promise.race([Promise.resolve().then(collect), bound]);
      if (collected === undefined) return [];
      return typeof collected === 'number' ? [{ labels: {}, value: collected }] : collected;
    } catch (error) {
      this.onError(family.name, error as Error);
      return undefined;
    } finally {
      answered.abort();
    }
  }
}

const write = (registry: prometheus.Registry, { family, readings }: Sampled): void => {
  const { kind, name, help, labels } = family;
  // Without labels the package begins at 0: what is not known would be told as nothing.
  if (labels.length === 0 && readings.length === 0) return;
  const configuration = { name, help, labelNames: labels, registers: [registry] };
  if (kind === 'counter') {
    const counter = new prometheus.Counter(configuration);
    for (const reading of readings) counter.inc(reading.labels, reading.value);
    return;
  }
  const gauge = new prometheus.Gauge(configuration);
  for (const reading of readings) gauge.set(reading.labels, reading.value);
};
