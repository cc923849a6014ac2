import { answerOf } from '#contracts';
import { incidentSeen, incidentsAnswer, readAnswer } from './answers.js';
import { formatCount, formatDollars, formatTime } from './figures.js';
import { formatTable } from './table.js';

/** Incidents, the newest first. */
export const formatIncidents = (answer: unknown): readonly string[] => {
  const rows = readAnswer(incidentsAnswer, answer).incidents.map(({ incidentId, status, title, impact, openedAt }) => [
    incidentId,
    status,
    formatTime(openedAt),
    formatCount(impact.affectedCustomers),
    `${formatDollars(impact.dollarsPerMinute)}/min`,
    title,
  ]);
  return rows.length === 0
    ? ['no such incident']
    : formatTable(['incident', 'status', 'opened (UTC)', 'customers', 'money', 'what'], rows);
};

const tended = incidentSeen.pick({ incidentId: true, status: true, owner: true, snoozedUntil: true });

/** What became of an incident that somebody tended. */
export const formatTended = (answer: unknown): readonly string[] => {
  const { incidentId, status, owner, snoozedUntil } = readAnswer(answerOf('incident', tended), answer).incident;
  const has = owner === null ? 'nobody has it' : `${owner} has it`;
  const until = snoozedUntil === null ? '' : `, nobody is called until ${formatTime(snoozedUntil)} UTC`;
  return [`${incidentId}: ${status}, ${has}${until}`];
};
