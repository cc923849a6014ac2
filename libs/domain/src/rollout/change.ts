import { releaseName } from '#contracts';
import { releaseKeyOf } from '../release/release-record.js';
import { hasBegun, type ReleaseRef, type Rollout } from './rollout.js';

/** What a rollout changes about a node: its software, its configuration, or both. */
export type ChangedPart = 'software' | 'config' | 'both';

/** A rollout as a possible cause: what it brought, when, and to whom. */
export interface Change {
  /** The newest rollout of the release; its nodes are those of every rollout of it. */
  readonly rollout: Rollout;
  readonly part: ChangedPart;
  /** Log time at which the release was first brought anywhere. */
  readonly sinceMs: number;
}

/** Changes that are compared, the latest: what a day of a large fleet brings. Others count as unknown. */
export const CHANGES_MAX = 50;

const partOf = (release: ReleaseRef, previous: ReleaseRef): ChangedPart => {
  const isSoftware = release.softwareVersion !== previous.softwareVersion;
  const isConfig = release.configRev !== previous.configRev;
  return isSoftware === isConfig ? 'both' : isSoftware ? 'software' : 'config';
};

/** Whether what a node runs has a change in it: of two rollouts a node may have the software of one and the configuration of the other. */
export const carries = ({ rollout: { release }, part }: Change, running: string): boolean => {
  const { softwareVersion, configRev } = release;
  if (part === 'software') return running.startsWith(`${softwareVersion}+`);
  return part === 'config' ? running.endsWith(`+${configRev}`) : running === releaseName(release);
};

/** Whether a node can have either of two changes, or both: then one is told from the other only among nodes that are alike in it. */
export const isBesides = (a: Change, b: Change): boolean => a.part !== 'both' && b.part !== 'both' && a.part !== b.part;

/** A rollout by itself, of which no part is told from the other. */
export const wholeOf = (rollout: Rollout): Change => ({ rollout, part: 'both', sinceMs: rollout.startedAtMs });

/** What may be behind a fault: the rollouts of the last day that reached a node, one change for each release of a service. */
export const changesUnderWay = (rollouts: Iterable<Rollout>): readonly Change[] => {
  const changes = new Map<string, Change>();
  for (const rollout of [...rollouts].toSorted((a, b) => a.startedAtMs - b.startedAtMs)) {
    const { service, release, previous, startedAtMs } = rollout;
    if (!hasBegun(rollout)) continue;
    const key = releaseKeyOf(service, release);
    const before = changes.get(key);
    const nodes = before === undefined ? rollout.nodes : new Set([...before.rollout.nodes, ...rollout.nodes]);
    const deployedAtMs = Math.max(rollout.deployedAtMs, before?.rollout.deployedAtMs ?? 0);
    // Put last: the order is that of the newest rollouts.
    changes.delete(key);
    const sinceMs = before?.sinceMs ?? startedAtMs;
    changes.set(key, { rollout: { ...rollout, nodes, deployedAtMs }, part: partOf(release, previous), sinceMs });
  }
  return [...changes.values()].slice(-CHANGES_MAX);
};
