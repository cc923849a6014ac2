import { FLEET_KEY, KEY_SEPARATOR, OTHER_KEY } from '#contracts';
import { asked, type Clock, counterOf, gaugeOf, type Meters, type Reading } from '#runtime';
import {
  createRecentSums,
  figuresOf,
  type Hurt,
  type RecentSum,
  type SegmentRepository,
  type WatchRepository,
  type WindowFigures,
} from '#store';

/** One window of scrapes: whoever asks within five seconds gets what the last one read. */
const KEPT_SLOTS = 5;
const WINDOW_MS = 60_000;
/** Regions of a fleet, and releases in each of them; what is beyond is left out and counted, the fleet itself never. */
const REGIONS_MAX = 100;
const COHORTS_MAX = 256;
/** Releases that hurt customers at once: a fleet runs some ten; the worst are told. */
const RELEASES_MAX = 64;
/** Severities are four, states five; other systems' alerts have the same. */
const STATES_MAX = 32;
/** Services that are held back at once: more than this is one cause, and said by the number of all of them. */
const BREAKERS_MAX = 100;

const COHORT = ['release', 'region'] as const;
const ANSWERS = ['good', 'bad', 'excluded', 'timeout'] as const;
const PERCENTILES = ['p50', 'p95', 'p99'] as const;

const FLEET_QUERIES = gaugeOf(
  'tocsin_fleet_queries',
  'Queries of the last complete minute, by region (`fleet` is all of them) and by how they were answered; timeouts are part of bad.',
  ['region', 'answer'],
  REGIONS_MAX * ANSWERS.length,
);
const FLEET_SUCCESS = gaugeOf(
  'tocsin_fleet_success_ratio',
  'Share of good answers in the last complete minute, by region; missing where nothing was counted.',
  ['region'],
  REGIONS_MAX,
);
const FLEET_LATENCY = gaugeOf(
  'tocsin_fleet_latency_seconds',
  'Percentiles of the latency in the last complete minute, by region; +Inf: a timeout.',
  ['region', 'percentile'],
  REGIONS_MAX * PERCENTILES.length,
);
const COHORT_QUERIES = gaugeOf(
  'tocsin_release_queries',
  'Good and bad answers of the last complete minute, by release and region.',
  COHORT,
  COHORTS_MAX,
);
const COHORT_SUCCESS = gaugeOf(
  'tocsin_release_success_ratio',
  'Share of good answers in the last complete minute, by release and region; missing where nothing was counted.',
  COHORT,
  COHORTS_MAX,
);
const COHORT_LATENCY = gaugeOf(
  'tocsin_release_latency_seconds',
  'Percentiles of the latency in the last complete minute, by release and region; +Inf: a timeout.',
  [...COHORT, 'percentile'],
  COHORTS_MAX * PERCENTILES.length,
);
const ALERTS = gaugeOf(
  'tocsin_alerts',
  'Alerts that are not resolved, by severity and state, as the database has it.',
  ['severity', 'state'],
  STATES_MAX,
);
const INCIDENTS = gaugeOf(
  'tocsin_incidents',
  'Incidents that are not resolved, by severity and status, as the database has it.',
  ['severity', 'status'],
  STATES_MAX,
);
const IMPACT = gaugeOf(
  'tocsin_incident_affected_customers',
  'Customers that open incidents hurt, by region; one that is hurt in two regions counts in both.',
  ['region'],
  REGIONS_MAX,
);
const REGION_MONEY = gaugeOf(
  'tocsin_incident_region_dollars_per_minute',
  'What the customers cost per minute that an open incident hurts in a region, in dollars: by it regions recover in order.',
  ['region'],
  REGIONS_MAX,
);
const TIERS = gaugeOf(
  'tocsin_incident_tier_affected_customers',
  'The most customers of a tier that one open incident hurts.',
  ['tier'],
  3,
);
const RELEASE_CUSTOMERS = gaugeOf(
  'tocsin_release_affected_customers',
  'The most customers that one open incident about a release hurts; of several releases it counts for each.',
  ['release'],
  RELEASES_MAX,
);
const RELEASE_SCORE = gaugeOf(
  'tocsin_release_impact_score',
  'The highest impact score of the open incidents about a release.',
  ['release'],
  RELEASES_MAX,
);
const RELEASE_MONEY = gaugeOf(
  'tocsin_release_dollars_per_minute',
  'The highest cost per minute of the open incidents about a release, in dollars.',
  ['release'],
  RELEASES_MAX,
);
const SCORE = gaugeOf('tocsin_incident_impact_score', 'The highest impact score of the open incidents.');
const MONEY = gaugeOf(
  'tocsin_incident_dollars_per_minute',
  'The highest cost per minute of the open incidents, in dollars.',
);
const BREAKERS = gaugeOf(
  'tocsin_breakers',
  'Circuit breakers of services, by state, as the database has it.',
  ['state'],
  3,
);
const BREAKERS_NOT_CLOSED = gaugeOf(
  'tocsin_breakers_not_closed',
  'Services whose circuit breaker is open or half open, with 1, as the database has it; what is closed has no series.',
  ['service', 'state'],
  BREAKERS_MAX,
);
const COMMANDS = gaugeOf('tocsin_commands', 'Commands by status, as the database has it.', ['status'], 8);
const LETTERS = counterOf(
  'tocsin_dead_letters_total',
  'Records that could not be read, by reason, as the database has it: the same in every process.',
  ['reason'],
  100,
);

const secondsOf = (latencyUs: number | 'timeout'): number => (latencyUs === 'timeout' ? Infinity : latencyUs / 1e6);

const percentilesOf = <L extends string>(labels: Readonly<Record<L, string>>, figures: WindowFigures) =>
  PERCENTILES.flatMap((percentile): readonly Reading<L | 'percentile'>[] => {
    const value = figures[percentile];
    if (value === null) return [];
    return [{ labels: { ...labels, percentile } as Record<L | 'percentile', string>, value: secondsOf(value) }];
  });

const successOf = <L extends string>(labels: Readonly<Record<L, string>>, { success }: WindowFigures) =>
  success === null ? [] : [{ labels, value: success / 100 }];

/** The cells of a family: those that many are put into for want of a place say nothing of anybody. */
const cellsOf = ({ sum }: RecentSum) =>
  [...sum.keys].filter((key) => key !== OTHER_KEY).map((key) => ({ key, figures: figuresOf(sum, key) }));

type Cell = ReturnType<typeof cellsOf>[number];

const meterCells = (meters: Meters, segments: Pick<SegmentRepository, 'read'>, clock: Pick<Clock, 'nowMs'>): void => {
  const recent = createRecentSums(segments, clock, { windowMs: WINDOW_MS, keptSlots: KEPT_SLOTS });
  const regions = async (): Promise<readonly Cell[]> => {
    const [fleet, region] = [await recent('fleet'), await recent('region')];
    return [{ key: FLEET_KEY, figures: figuresOf(fleet.sum, FLEET_KEY) }, ...cellsOf(region)];
  };
  const cohorts = async () =>
    cellsOf(await recent('release_region')).map(({ key, figures }) => {
      const [release = key, region = ''] = key.split(KEY_SEPARATOR);
      return { labels: { release, region }, figures };
    });
  const ofRegion = async <T>(
    read: (labels: Readonly<Record<'region', string>>, figures: WindowFigures) => readonly T[],
  ) => (await regions()).flatMap(({ key, figures }) => read({ region: key }, figures));
  meters.add(FLEET_QUERIES, () =>
    ofRegion((labels, figures) => ANSWERS.map((answer) => ({ labels: { ...labels, answer }, value: figures[answer] }))),
  );
  meters.add(FLEET_SUCCESS, () => ofRegion(successOf));
  meters.add(FLEET_LATENCY, () => ofRegion(percentilesOf));
  meters.add(COHORT_QUERIES, async () =>
    (await cohorts()).map(({ labels, figures: { good, bad } }) => ({ labels, value: good + bad })),
  );
  meters.add(COHORT_SUCCESS, async () =>
    (await cohorts()).flatMap(({ labels, figures }) => successOf(labels, figures)),
  );
  meters.add(COHORT_LATENCY, async () =>
    (await cohorts()).flatMap(({ labels, figures }) => percentilesOf(labels, figures)),
  );
};

/** Whom the open incidents hurt, and what it costs: by region, by tier, by release. */
const meterImpact = (meters: Meters, watch: WatchRepository): void => {
  const [regions, releases] = [asked(watch.hurtByRegion), asked(watch.hurtByRelease)];
  const ofRegions = async (value: (hurt: Omit<Hurt, 'score'>) => number) =>
    (await regions()).map(({ region, ...hurt }) => ({ labels: { region }, value: value(hurt) }));
  const ofReleases = async (value: (hurt: Hurt) => number) =>
    (await releases()).map(({ release, ...hurt }) => ({ labels: { release }, value: value(hurt) }));
  meters.add(IMPACT, () => ofRegions((hurt) => hurt.affectedCustomers));
  meters.add(REGION_MONEY, () => ofRegions((hurt) => hurt.dollarsPerMinute));
  meters.add(TIERS, async () =>
    (await watch.affectedByTier()).map(({ tier, affectedCustomers }) => ({
      labels: { tier },
      value: affectedCustomers,
    })),
  );
  meters.add(RELEASE_CUSTOMERS, () => ofReleases((hurt) => hurt.affectedCustomers));
  meters.add(RELEASE_SCORE, () => ofReleases((hurt) => hurt.score));
  meters.add(RELEASE_MONEY, () => ofReleases((hurt) => hurt.dollarsPerMinute));
};

/** Adds how fleet, regions and releases are, and what the read tables say of alerts, incidents and impact. No customer is named. */
export const meterApi = (
  meters: Meters,
  segments: Pick<SegmentRepository, 'read'>,
  watch: WatchRepository,
  clock: Pick<Clock, 'nowMs'>,
): void => {
  meterCells(meters, segments, clock);
  meterImpact(meters, watch);
  const worst = asked(watch.worst);
  meters.add(ALERTS, async () => (await watch.alerts()).map(({ count, ...labels }) => ({ labels, value: count })));
  meters.add(INCIDENTS, async () =>
    (await watch.incidents()).map(({ count, ...labels }) => ({ labels, value: count })),
  );
  meters.add(SCORE, async () => (await worst()).score);
  meters.add(MONEY, async () => (await worst()).dollarsPerMinute);
  meters.add(BREAKERS, async () =>
    (await watch.breakers()).map(({ status, count }) => ({ labels: { state: status }, value: count })),
  );
  meters.add(BREAKERS_NOT_CLOSED, async () =>
    (await watch.breakersNotClosed()).map(({ service, status }) => ({ labels: { service, state: status }, value: 1 })),
  );
  meters.add(COMMANDS, async () =>
    (await watch.commands()).map(({ status, count }) => ({ labels: { status }, value: count })),
  );
  meters.add(LETTERS, async () =>
    (await watch.deadLetters()).map(({ reason, records }) => ({ labels: { reason }, value: records })),
  );
};
