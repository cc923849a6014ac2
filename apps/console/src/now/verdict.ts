import type { FleetHealth } from '../api/followed.js';
import { lengthOf } from '../time/moments.js';
import { count, money, percent } from '../ui/figures.js';
import type { OpenIncident } from './now-document.js';

/** How it stands, worst first; `none` is no good state: nothing is known. */
export type Standing = 'failing' | 'warned' | 'silent' | 'idle' | 'well';

/** The line that answers "is it us, how bad, is it getting worse". */
export interface Verdict {
  readonly standing: Standing;
  readonly text: string;
}

/** Priorities that a person is paged for come first; of equals the one that began first. */
const rank = ({ priority, severity, openedAt }: OpenIncident): string =>
  `${priority ?? 'P9'} ${severity === 'critical' ? 0 : 1} ${openedAt}`;

/** The incident that the page speaks of: the gravest that is not over. */
export const gravest = (incidents: readonly OpenIncident[]): OpenIncident | undefined =>
  incidents.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))[0];

const ofIncident = (incident: OpenIncident, health: FleetHealth | null, now: number): string =>
  [
    `${incident.priority ?? incident.severity} · ${incident.title}`,
    `fleet success ${percent(health?.fleet.success)}`,
    `${count(incident.impact.affectedCustomers)} customers, score ${count(incident.impact.score)}`,
    `${money(incident.impact.dollarsPerMinute)} a minute`,
    `for ${lengthOf(now - Date.parse(incident.onsetAt ?? incident.openedAt))}`,
  ].join(' · ');

/** What to say first. `now` is ms since the epoch; `isStale` says that nothing was heard for too long. */
export const verdictOf = (
  incidents: readonly OpenIncident[],
  health: FleetHealth | null,
  now: number,
  isStale: boolean,
): Verdict => {
  const worst = gravest(incidents);
  if (worst !== undefined)
    return { standing: worst.severity === 'critical' ? 'failing' : 'warned', text: ofIncident(worst, health, now) };
  if (isStale || health === null)
    return { standing: 'silent', text: 'No telemetry: nothing was heard of the fleet. That is unknown, not healthy.' };
  const { regions } = health;
  const { good, bad, success } = health.fleet;
  if (regions.length === 0)
    return {
      standing: 'silent',
      text: 'No node is registered: nothing is known of the fleet. That is unknown, not healthy.',
    };
  if (good + bad === 0)
    return {
      standing: 'idle',
      text: 'Nothing was asked in the last minute: no traffic, or no telemetry of it. The page Fleet tells them apart.',
    };
  return { standing: 'well', text: `Nothing open · fleet success ${percent(success)} over the last minute` };
};
