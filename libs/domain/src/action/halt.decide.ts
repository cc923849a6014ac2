import { type Event, releaseName } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { releaseOfSubject } from '../incident/incident.js';
import { decideHalt } from '../rollout/rollout.decide.js';
import type { Rollout } from '../rollout/rollout.js';

/**
 * Freezes rollouts while an alert fires (R41): those of the service whose release the alert names; all of them where it names none,
 * since any of them may be the cause. One that begins meanwhile is frozen as well.
 */
export const decideHalts = (alert: Alert, rollouts: Iterable<Rollout>, at: number): readonly Event[] => {
  const all = [...rollouts];
  const release = releaseOfSubject(alert.scope, alert.key);
  const services = new Set(all.filter((each) => releaseName(each.release) === release).map(({ service }) => service));
  const meant = release === undefined ? all : all.filter(({ service }) => services.has(service));
  return meant.flatMap((rollout) => decideHalt(rollout, `${alert.rule}: ${alert.reason.text}`.slice(0, 500), at));
};
