import { z } from 'zod';
import { healthSchema, incidentSchema, rollbackSchema, type Health, type Incident, type Rollback } from './answers.js';
import type { ApiClient } from './api-client.js';
import { formatCount, formatDollars, formatDuration, formatLatency, formatPercent } from './figures.js';
import type { Paint } from './paint.js';
import { formatTable } from './table.js';

/** The fleet now. */
export interface Status {
  readonly verdict: 'well' | 'hurt' | 'unknown';
  readonly fleet: Health;
  readonly regions: readonly Health[];
  readonly incidents: readonly Incident[];
  readonly rollbacks: readonly Rollback[];
}

/** Below this the fleet is not well: the dashboard's warning (R20). */
const SUCCESS_WARNING = 99.5;

/** Without outcomes nothing is known, and what is not known is not well. */
export const verdictOf = (fleet: Health, incidents: readonly Incident[]): Status['verdict'] => {
  if (incidents.length > 0) return 'hurt';
  if (fleet.success === null) return 'unknown';
  return fleet.success < SUCCESS_WARNING ? 'hurt' : 'well';
};

const fleetAnswer = z.looseObject({ fleet: healthSchema, regions: z.array(healthSchema) });
const incidentsAnswer = z.looseObject({ incidents: z.array(incidentSchema) });
const rollbacksAnswer = z.looseObject({ rollbacks: z.array(rollbackSchema) });

/** Reads the fleet now. */
export const readStatus = async (api: ApiClient): Promise<Status> => {
  const [health, open, running] = await Promise.all([
    api.get('/v1/fleet'),
    api.get('/v1/incidents?status=open&status=acknowledged'),
    api.get('/v1/rollbacks?status=running'),
  ]);
  const { fleet, regions } = fleetAnswer.parse(health);
  const { incidents } = incidentsAnswer.parse(open);
  const { rollbacks } = rollbacksAnswer.parse(running);
  return { verdict: verdictOf(fleet, incidents), fleet, regions, incidents, rollbacks };
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

/** `v2.1.5+c42 to v2.1.4+c41: 1 of 3 waves verified` */
export const describeRollback = ({ rollbackId, status, from, to, waves, because }: Rollback): string => {
  const name = (release: Rollback['from']): string =>
    release === null ? 'unknown' : `${release.softwareVersion}+${release.configRev}`;
  const verified = waves.filter((wave) => wave.status === 'verified').length;
  const why = because === null ? '' : `; ${because}`;
  return `${rollbackId}: ${name(from)} to ${name(to)}, ${status}, ${verified} of ${waves.length} waves verified${why}`;
};

const VERDICTS: Readonly<Record<Status['verdict'], string>> = {
  well: 'The fleet is well.',
  hurt: 'The fleet is hurt.',
  unknown: 'Nothing is known of the fleet: no outcomes arrive.',
};

/** The fleet now, for people. */
export const formatStatus = (status: Status, nowMs: number, paint: Paint): string[] => {
  const { verdict, fleet, regions, incidents, rollbacks } = status;
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
  if (rollbacks.length > 0)
    lines.push('', 'running rollbacks', ...rollbacks.map((each) => `  ${describeRollback(each)}`));
  return lines;
};
