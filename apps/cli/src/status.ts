import { z } from 'zod';
import { fleetAnswer } from '#contracts';
import { type Incident, incidentsAnswer, readAnswer, type Rollback, rollbacksAnswer } from './answers.js';
import type { ApiClient } from './api-client.js';
import { formatCount, formatDollars, formatDuration, formatLatency, formatPercent } from './figures.js';
import type { Paint } from './paint.js';
import { describeRollback } from './rollback-views.js';
import { formatTable } from './table.js';

const healthSeen = fleetAnswer.shape.fleet.pick({
  key: true,
  good: true,
  bad: true,
  success: true,
  p50: true,
  p95: true,
  p99: true,
});
const fleetSeen = z.object({ fleet: healthSeen, regions: z.array(healthSeen) });
/** Health of the fleet or of one region over a window, as far as it is shown. */
export type Health = z.infer<typeof healthSeen>;

/** Open incidents and running rollbacks that the page shows, the newest; that there are more is said, with the command that lists them. */
const LISTED_MAX = 50;

/** The fleet now. */
export interface Status {
  readonly verdict: 'well' | 'hurt' | 'unknown';
  readonly fleet: Health;
  readonly regions: readonly Health[];
  readonly incidents: readonly Incident[];
  readonly rollbacks: readonly Rollback[];
  /** Whether there are more of them than these. */
  readonly more: { readonly incidents: boolean; readonly rollbacks: boolean };
}

/** Below this the fleet is not well: the dashboard's warning (R20). */
const SUCCESS_WARNING = 99.5;

/** Without outcomes nothing is known, and what is not known is not well. */
export const verdictOf = (fleet: Health, incidents: readonly Incident[]): Status['verdict'] => {
  if (incidents.length > 0) return 'hurt';
  if (fleet.success === null) return 'unknown';
  return fleet.success < SUCCESS_WARNING ? 'hurt' : 'well';
};

const nextSeen = z.object({ next: z.string().nullish() });
const goesOn = (answer: unknown): boolean => typeof readAnswer(nextSeen, answer).next === 'string';

/** Reads the fleet now. */
export const readStatus = async (api: ApiClient): Promise<Status> => {
  const [health, open, running] = await Promise.all([
    api.get('/v1/fleet'),
    api.get(`/v1/incidents?status=open&status=acknowledged&limit=${LISTED_MAX}`),
    api.get(`/v1/rollbacks?status=running&limit=${LISTED_MAX}`),
  ]);
  const { fleet, regions } = readAnswer(fleetSeen, health);
  const { incidents } = readAnswer(incidentsAnswer, open);
  const { rollbacks } = readAnswer(rollbacksAnswer, running);
  const more = { incidents: goesOn(open), rollbacks: goesOn(running) };
  return { verdict: verdictOf(fleet, incidents), fleet, regions, incidents, rollbacks, more };
};

const healthRow = (health: Health, name: string): string[] => [
  name,
  formatPercent(health.success),
  formatLatency(health.p50),
  formatLatency(health.p95),
  formatLatency(health.p99),
  formatCount(health.good + health.bad),
];

const incidentRow = ({ incidentId, status, title, impact, openedAt }: Incident, nowMs: number): string[] => [
  incidentId,
  status,
  formatDuration(nowMs - openedAt),
  formatCount(impact.affectedCustomers),
  `${formatDollars(impact.dollarsPerMinute)}/min`,
  title,
];

const VERDICTS: Readonly<Record<Status['verdict'], string>> = {
  well: 'The fleet is well.',
  hurt: 'The fleet is hurt.',
  unknown: 'Nothing is known of the fleet: no outcomes arrive.',
};

/** The fleet now, for people. */
export const formatStatus = (status: Status, nowMs: number, paint: Paint): string[] => {
  const { verdict, fleet, regions, incidents, rollbacks, more } = status;
  const colour = verdict === 'well' ? paint.good : verdict === 'hurt' ? paint.bad : paint.warn;
  const lines = [colour(VERDICTS[verdict]), ''];
  const rows = [healthRow(fleet, 'fleet'), ...regions.map((region) => healthRow(region, region.key))];
  lines.push(...formatTable(['', 'success', 'p50', 'p95', 'p99', 'outcomes'], rows), '');
  if (incidents.length === 0) lines.push('no open incident');
  else
    lines.push(
      ...formatTable(
        ['incident', 'status', 'since', 'customers', 'money', 'what'],
        incidents.map((incident) => incidentRow(incident, nowMs)),
      ),
    );
  if (more.incidents)
    lines.push(`and more than these ${incidents.length}: tocsin incident ls --status open,acknowledged --all`);
  if (rollbacks.length > 0)
    lines.push('', 'running rollbacks', ...rollbacks.map((each) => `  ${describeRollback(each)}`));
  if (more.rollbacks)
    lines.push(`  and more than these ${rollbacks.length}: tocsin rollback ls --status running --all`);
  return lines;
};
