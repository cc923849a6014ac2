import type { EventData, Impact } from '#contracts';
import type { Alert } from '../alert/alert.js';

/** What must all be so before three people are asked to open a rail (R52). */
export type Checklist = EventData<'OverrideRequested'>['checklist'];

/** The study's figures: more than 10 million dollars an hour, 1,000 customers, and two hours until it is over. */
export const CHECKLIST_MIN = { dollarsPerHour: 10_000_000, affectedCustomers: 1_000, resolutionEtaMs: 7_200_000 };

/**
 * The checklist of an incident as it is now: whether a critical rule of customer impact fires in it, what it costs, whom it hurts; how
 * long it will last is what a person entered.
 */
export const readChecklist = (
  { dollarsPerMinute, affectedCustomers }: Pick<Impact, 'dollarsPerMinute' | 'affectedCustomers'>,
  alerts: readonly Pick<Alert, 'severity' | 'state' | 'reason'>[],
  resolutionEtaMs: number,
): Checklist => ({
  isCritical: alerts.some(
    ({ severity, state, reason }) =>
      severity === 'critical' && state === 'firing' && reason.signal === 'customer_impact',
  ),
  dollarsPerHour: 60 * dollarsPerMinute,
  affectedCustomers,
  resolutionEtaMs,
});

/** What of the checklist does not hold, in words; nothing when all four items do. */
export const missingOf = (checklist: Checklist): readonly string[] => {
  const { isCritical, dollarsPerHour, affectedCustomers, resolutionEtaMs } = checklist;
  const hours = (ms: number): string => `${(ms / 3_600_000).toFixed(1)} h`;
  return [
    isCritical ? [] : ['no critical rule of customer impact fires'],
    dollarsPerHour > CHECKLIST_MIN.dollarsPerHour
      ? []
      : [`$${Math.round(dollarsPerHour)} an hour, more than $${CHECKLIST_MIN.dollarsPerHour} are needed`],
    affectedCustomers > CHECKLIST_MIN.affectedCustomers
      ? []
      : [`${affectedCustomers} customers, more than ${CHECKLIST_MIN.affectedCustomers} are needed`],
    resolutionEtaMs > CHECKLIST_MIN.resolutionEtaMs
      ? []
      : [`over in ${hours(resolutionEtaMs)}, more than ${hours(CHECKLIST_MIN.resolutionEtaMs)} are needed`],
  ].flat();
};
