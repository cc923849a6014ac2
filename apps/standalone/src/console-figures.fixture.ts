/** Figures as a person expects them, written here a second time: what the page shows is held against what REST says. */

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** A count: `1,204`. */
export const whole = (value: number): string => WHOLE.format(value);
/** A success: `23.00 %`; — where nobody asked. Some that failed are not none, and few that succeeded neither. */
export const percent = (value: number | null): string => {
  if (value === null) return '—';
  const [least, most] = [value > 0 ? 0.01 : 0, value < 100 ? 99.99 : 100];
  return `${Math.min(most, Math.max(least, Number(value.toFixed(2)))).toFixed(2)} %`;
};
/** Money: `$673K`. */
export const dollars = (value: number): string => `$${SHORT.format(value)}`;
/** Of µs below a second. */
export const milliseconds = (value: number | null): string =>
  value === null ? '—' : `${(value / 1_000).toFixed(1)} ms`;

/** How a fleet or a region was over a minute, as REST has it. */
export interface HealthAnswer {
  readonly key: string;
  readonly good: number;
  readonly bad: number;
  readonly timeout: number;
  readonly success: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** Whom it hurts, as REST has it. */
export interface ImpactAnswer {
  readonly asOf: number;
  readonly affectedCustomers: number;
  readonly byTier: Readonly<Record<'tier1' | 'tier2' | 'tier3', number>>;
  readonly score: number;
  readonly dollarsPerMinute: number;
  readonly regions: readonly {
    readonly region: string;
    readonly affectedCustomers: number;
    readonly dollarsPerMinute: number;
  }[];
}

/** What a PoP answered in a minute, as REST has it. */
export interface PopAnswer {
  readonly key: string;
  readonly good: number;
  readonly bad: number;
  readonly success: number | null;
}

/** A text as a pattern that finds it and nothing else. */
export const exact = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The minute of PoPs that the page shows at a moment, as REST is asked for it: whole five seconds, closed for three. */
export const closedMinuteOf = (nowMs: number): string => {
  const to = Math.floor((nowMs - 3_000) / 5_000) * 5_000;
  return `from=${to - 60_000}&to=${to}`;
};

/** What the row of a PoP says, as a pattern. */
export const popRowOf = ({ key, good, bad, success }: PopAnswer): string =>
  String.raw`row "${key} [a-z ]+ ${exact(`${percent(success)} ${whole(good + bad)}`)}"`;

/** What the tiles say. */
export const tilesOf = (fleet: HealthAnswer, impact: ImpactAnswer): readonly string[] => {
  const { tier1, tier2, tier3 } = impact.byTier;
  return [
    `strong: ${percent(fleet.success)}`,
    `text: ${whole(fleet.bad)} of ${whole(fleet.good + fleet.bad)} failed`,
    `strong: ${milliseconds(fleet.p99)}`,
    `text: p50 ${milliseconds(fleet.p50)} · ${whole(fleet.timeout)} timeouts`,
    `strong: "${whole(impact.affectedCustomers)}"`,
    `text: "tier 1: ${tier1} · tier 2: ${tier2} · tier 3: ${tier3}"`,
    `strong: ${dollars(impact.dollarsPerMinute)}`,
    `text: impact score ${whole(impact.score)}`,
  ];
};

/** What the rows of the regions say behind the name and the state. */
export const regionRowsOf = (regions: readonly HealthAnswer[], impact: ImpactAnswer): ReadonlyMap<string, string> =>
  new Map(
    regions.map(({ key, success, p99 }) => {
      const hurt = impact.regions.find(({ region }) => region === key);
      const counted = [whole(hurt?.affectedCustomers ?? 0), dollars(hurt?.dollarsPerMinute ?? 0)];
      return [key, [percent(success), milliseconds(p99), ...counted].join(' ')];
    }),
  );
