/** Severities of alerts and escalations, worst last. */
export const SEVERITIES = ['warning', 'critical'] as const;
