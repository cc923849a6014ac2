/** Who saw or did it: deployment, telemetry, customer, external, action, communication. */
export type DayKind = 'D' | 'T' | 'C' | 'E' | 'A' | 'M';

/** One line of the study's timeline. */
export interface DayLine {
  readonly row: string;
  /** Wall time, UTC, of 22 July 2021. */
  readonly utc: string;
  /** Minutes from the first failure at 11:47. */
  readonly minute: number;
  readonly kind: DayKind;
  readonly text: string;
}

type Line = readonly [utc: string, kind: DayKind, text: string];

/** When the first failure was seen. */
export const FIRST_FAILURE_UTC = '11:47';
/** The row number of the first line. */
const FIRST_ROW = 112;

const LINES: readonly Line[] = [
  ['10:00', 'D', 'maintenance window begins, planned until 11:30'],
  ['10:15', 'D', 'software update deployment starts'],
  ['10:30', 'D', 'first batch updated successfully'],
  ['11:00', 'D', 'second batch deployment begins'],
  ['11:15', 'T', 'initial metrics normal'],
  ['11:30', 'D', 'window scheduled to complete, v2.1.5 deployed'],
  ['11:47', 'T', 'first resolution failures in monitoring; memory corruption, segfault'],
  ['11:48', 'C', 'first reports: Delta unreachable; wrong NXDOMAIN, then timeouts'],
  ['11:50', 'C', 'UPS, FedEx, American Airlines; HTTP 503 downstream'],
  ['11:52', 'C', 'Fidelity, Charles Schwab down'],
  ['11:55', 'C', 'PlayStation Network, Steam'],
  ['11:58', 'A', 'P0 declared'],
  ['12:05', 'T', 'assessment: 25 % of DNS infrastructure unresponsive'],
  ['12:10', 'C', '10,000+ support tickets'],
  ['12:15', 'A', 'decision to halt the deployment'],
  ['12:20', 'A', 'initial rollback procedures'],
  ['12:25', 'M', 'first public acknowledgment on the status page'],
  ['12:30', 'C', 'BBC, CNN intermittent'],
  ['12:35', 'C', 'trading platforms during market hours'],
  ['12:40', 'C', 'emergency services (911) report DNS issues'],
  ['12:45', 'E', 'Route 53 +300 % queries (spillover)'],
  ['12:50', 'E', 'tech stocks -2 to -3 %'],
  ['13:00', 'C', 'European and Asian websites'],
  ['13:05', 'C', 'aviation ground-stop advisories'],
  ['13:10', 'C', 'ATM networks'],
  ['13:15', 'E', 'social media flooded'],
  ['13:20', 'C', 'government websites, several countries'],
  ['13:25', 'T', 'peak: 15,000+ websites'],
  ['13:30', 'A', 'rollback to v2.1.4 effective'],
  ['13:35', 'T', 'first servers back'],
  ['13:40', 'C', 'Delta partially restored'],
  ['13:45', 'A', 'traffic shifted to healthy infrastructure'],
  ['13:50', 'E', 'Cloudflare, Google spillover receding'],
  ['13:55', 'T', '50 % of services improved'],
  ['14:00', 'C', 'PlayStation and gaming restored'],
  ['14:05', 'C', 'trading platforms back'],
  ['14:10', 'C', 'airline websites functional'],
  ['14:15', 'C', 'emergency services normal'],
  ['14:20', 'C', 'banking, ATM restored'],
  ['14:25', 'T', '90 % restored'],
  ['14:30', 'T', 'all servers on rollback software'],
  ['14:35', 'T', 'resolution times at baseline'],
  ['14:40', 'T', 'customer-facing monitoring green'],
  ['14:45', 'E', 'stocks stabilise'],
  ['14:50', 'C', 'ground stops lifted'],
  ['14:55', 'C', 'last websites restored'],
  ['15:00', 'M', 'officially resolved'],
  ['15:30', 'A', 'post-incident analysis begins'],
];

const minuteOfDay = (utc: string): number => Number(utc.slice(0, 2)) * 60 + Number(utc.slice(3));

/** The day of the incident, R112-R159. */
export const DAY: readonly DayLine[] = LINES.map(([utc, kind, text], index) => ({
  row: `R${FIRST_ROW + index}`,
  utc,
  minute: minuteOfDay(utc) - minuteOfDay(FIRST_FAILURE_UTC),
  kind,
  text,
}));

/** The delays of the real day, in minutes from the first failure (R104, R106, R107, R108, R111). */
export const REAL_DAY_MINUTES = {
  /** P0 declared: detection and page. */
  paged: 11,
  /** Decision to halt the deployment. */
  halted: 28,
  /** First public word. */
  acknowledged: 38,
  /** Rollback effective. */
  rolledBack: 103,
  /** Officially resolved. */
  recovered: 193,
} as const;
