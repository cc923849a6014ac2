import type { z } from 'zod';
import { impactAnswer, incidentCostShape } from '#contracts';
import { readAnswer } from './answers.js';
import type { ApiClient } from './api-client.js';
import { formatCount, formatDollars, formatPercent, formatTime } from './figures.js';
import { formatTable } from './table.js';

/** Whom it hurts now. */
export type ImpactAnswer = z.infer<typeof impactAnswer>;
/** What an incident costs. */
export type CostAnswer = z.infer<typeof incidentCostShape>;
type Place = ImpactAnswer['countries'][number];
type Section = CostAnswer['estimate']['sections'][number];

/** Reads whom it hurts now. */
export const readImpact = async (api: ApiClient): Promise<ImpactAnswer> =>
  readAnswer(impactAnswer, await api.get('/v1/impact'));

/** Reads what an incident costs. */
export const readCost = async (api: ApiClient, incidentId: string): Promise<CostAnswer> =>
  readAnswer(incidentCostShape, await api.get(`/v1/incidents/${encodeURIComponent(incidentId)}/cost`));

const money = ({
  affectedCustomers,
  dollarsPerMinute,
}: Pick<Place, 'affectedCustomers' | 'dollarsPerMinute'>): readonly string[] => [
  formatCount(affectedCustomers),
  formatDollars(dollarsPerMinute),
];

const placeLines = (title: string, places: readonly Place[]): readonly string[] =>
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

const sectionLines = ({ section, lines, dollars }: Section): readonly string[] => [
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
