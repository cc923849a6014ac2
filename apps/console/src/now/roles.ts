import { releaseName } from '../rollouts/release.js';
import type { OpenIncident, RolloutNow } from './now-document.js';

/** What part a release has in what happens: it is suspected, it is going out, or it is what ran before one of those. */
export type Role = 'suspect' | 'new' | 'before';

/** The part of each release that has one, by its name. Who is suspected is never shown as what was well before. */
export const rolesOf = (causes: OpenIncident['causes'], rollouts: readonly RolloutNow[]): ReadonlyMap<string, Role> => {
  const roles = new Map<string, Role>();
  const suspects = new Set(causes.filter(({ verdict }) => verdict !== 'ruled_out').map(({ subjectId }) => subjectId));
  const involved = rollouts.filter(({ rolloutId, status }) => suspects.has(rolloutId) || status === 'running');
  for (const { previous } of involved) roles.set(releaseName(previous), 'before');
  for (const { release } of involved) roles.set(releaseName(release), 'new');
  for (const { release, subjectId } of causes)
    if (release !== null && suspects.has(subjectId)) roles.set(releaseName(release), 'suspect');
  return roles;
};
