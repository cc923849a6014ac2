import { z } from 'zod';
import { alertSchema } from './answers.js';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

const named = alertSchema.extend({ alertId: z.string() });

/** Alerts, the newest first. */
export const formatAlerts = (answer: unknown): readonly string[] => {
  const { alerts } = z.looseObject({ alerts: z.array(named) }).parse(answer);
  const rows = alerts.map(({ alertId, severity, state, firedAt, rule, key, reason }) => [
    alertId,
    severity,
    state,
    formatTime(firedAt),
    rule,
    key,
    reason.text,
  ]);
  return rows.length === 0
    ? ['no alert is open']
    : formatTable(['alert', 'severity', 'state', 'since (UTC)', 'rule', 'of', 'why'], rows);
};

/** One that was said to be over: what ends it is the next tick. */
export const formatAlert = (answer: unknown): readonly string[] => {
  const { alertId, rule } = z.looseObject({ alert: named }).parse(answer).alert;
  return [`${alertId} (${rule}): it was said that it is over; the next tick ends it`];
};
