import { z } from 'zod';
import { alertShape, answerOf } from '#contracts';
import { alertSeen, readAnswer } from './answers.js';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

const named = alertSeen.extend({ alertId: alertShape.shape.alertId });

/** Alerts, the newest first. */
export const formatAlerts = (answer: unknown): readonly string[] => {
  const { alerts } = readAnswer(z.object({ alerts: z.array(named) }), answer);
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
  const { alertId, rule } = readAnswer(answerOf('alert', named), answer).alert;
  return [`${alertId} (${rule}): it was said that it is over; the next tick ends it`];
};
