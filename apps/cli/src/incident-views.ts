import { z } from 'zod';
import { incidentSchema } from './answers.js';
import { formatCount, formatDollars, formatTime } from './figures.js';
import { formatTable } from './table.js';

const answer = z.looseObject({ incidents: z.array(incidentSchema) });

/** Incidents, the newest first. */
export const formatIncidents = (text: unknown): readonly string[] => {
  const rows = answer
    .parse(text)
    .incidents.map(({ incidentId, status, title, impact, openedAt }) => [
      incidentId,
      status,
      formatTime(openedAt),
      formatCount(impact.affectedCustomers),
      `${formatDollars(impact.dollarsPerMinute)}/min`,
      title,
    ]);
  return rows.length === 0
    ? ['there has been no incident']
    : formatTable(['incident', 'status', 'opened (UTC)', 'customers', 'money', 'what'], rows);
};
