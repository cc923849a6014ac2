import { z } from 'zod';
import type { ApiClient } from './api-client.js';
import { formatCount, formatDollars, formatPercent, formatTime } from './figures.js';
import { formatTable } from './table.js';

const part = z.looseObject({ affectedCustomers: z.number(), dollarsPerMinute: z.number() });
const place = part.extend({ place: z.string(), sites: z.number(), sitesPercent: z.number() });
const impactAnswer = part.extend({
  asOf: z.number(),
  score: z.number(),
  regions: z.array(part.extend({ order: z.number(), region: z.string(), failing: z.number().nullable() })),
  sectors: z.array(part.extend({ key: z.string() })),
  countries: z.array(place),
  worldRegions: z.array(place),
});
const line = z.looseObject({
  text: z.string(),
  dollars: z.number().nullable(),
  factors: z.array(z.object({ name: z.string(), value: z.number() })),
});
const table = z.looseObject({ section: z.string(), dollars: z.number().nullable(), lines: z.array(line) });
const costAnswer = z.looseObject({
  incidentId: z.string(),
  from: z.number(),
  until: z.number(),
  isOver: z.boolean(),
  minutes: z.number(),
  dollarsPerMinute: z.number(),
  peakDollarsPerMinute: z.number(),
  cumulativeDollars: z.number(),
  estimate: z.object({
    sections: z.array(table),
    prevention: table
      .extend({ recurringDollars: z.number(), grossPercent: z.number().nullable(), netPercent: z.number().nullable() })
      .nullable(),
  }),
});

/** Whom it hurts now. */
export type ImpactAnswer = z.infer<typeof impactAnswer>;
/** What an incident costs. */
export type CostAnswer = z.infer<typeof costAnswer>;

/** Reads whom it hurts now. */
export const readImpact = async (api: ApiClient): Promise<ImpactAnswer> =>
  impactAnswer.parse(await api.get('/v1/impact'));

/** Reads what an incident costs. */
export const readCost = async (api: ApiClient, incidentId: string): Promise<CostAnswer> =>
  costAnswer.parse(await api.get(`/v1/incidents/${encodeURIComponent(incidentId)}/cost`));

const money = ({ affectedCustomers, dollarsPerMinute }: z.infer<typeof part>): readonly string[] => [
  formatCount(affectedCustomers),
  formatDollars(dollarsPerMinute),
];

const placeLines = (title: string, places: readonly z.infer<typeof place>[]): readonly string[] =>
  places.length === 0
    ? []
    : [
        '',
        ...formatTable(
          [title, 'customers', '$ a minute', 'sites', '% of sites'],
          places.map((each) => [each.place, ...money(each), formatCount(each.sites), String(each.sitesPercent)]),
        ),
      ];

/** Whom it hurts, for people: regions in the order in which they are brought back. */
export const formatImpact = (impact: ImpactAnswer): readonly string[] => [
  `${formatCount(impact.affectedCustomers)} customers, score ${formatCount(impact.score)}, ${formatDollars(impact.dollarsPerMinute)} a minute, at ${formatTime(impact.asOf)}`,
  ...formatTable(
    ['order', 'region', 'failing', 'customers', '$ a minute'],
    impact.regions.map((each) => {
      const failing = each.failing === null ? null : 100 * each.failing;
      return [String(each.order), each.region, formatPercent(failing), ...money(each)];
    }),
  ),
  ...placeLines('part of the world', impact.worldRegions),
  ...placeLines('country', impact.countries),
  ...(impact.sectors.length === 0
    ? []
    : [
        '',
        ...formatTable(
          ['sector', 'customers', '$ a minute'],
          impact.sectors.map((each) => [each.key, ...money(each)]),
        ),
      ]),
];

const sectionLines = ({ section, lines, dollars }: z.infer<typeof table>): readonly string[] => [
  '',
  dollars === null ? section : `${section}: ${formatDollars(dollars)}`,
  ...lines.map(({ text, dollars: each, factors }) => {
    const formula = factors.map(({ name, value }) => `${formatCount(value)} ${name}`).join(' x ');
    return each === null ? `  ${text}` : `  ${text}: ${formatDollars(each)} = ${formula}`;
  }),
];

/** What an incident costs, for people: measured first, estimates apart. */
export const formatCost = ({ estimate, ...cost }: CostAnswer): readonly string[] => {
  const { prevention } = estimate;
  return [
    `${formatDollars(cost.cumulativeDollars)} lost in ${cost.minutes.toFixed(1)} min, ${formatDollars(cost.dollarsPerMinute)} a minute now, ${formatDollars(cost.peakDollarsPerMinute)} at its worst`,
    ...estimate.sections.flatMap(sectionLines),
    ...(prevention === null ? [] : sectionLines(prevention)),
    ...(prevention?.grossPercent == null || prevention.netPercent === null
      ? []
      : [
          `  recurring ${formatDollars(prevention.recurringDollars)}; ${prevention.grossPercent} % gross, ${prevention.netPercent} % net`,
        ]),
  ];
};
