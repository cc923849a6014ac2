import type { KeyObject } from 'node:crypto';
import type { CommandAnswer, Release } from '#contracts';

/** The servers a deploy system can reach, whose commands it trusts, and where it reports. */
export interface DeployTarget {
  /** Of the command key. */
  readonly publicKey: KeyObject;
  readonly report: (answers: readonly CommandAnswer[]) => void;
  readonly stop: (nodeId: string) => void;
  readonly start: (nodeId: string, release: Release) => void;
  /** What the node really runs; undefined when there is no such node. */
  readonly release: (nodeId: string) => Release | undefined;
  readonly agentBootId: (nodeId: string) => string;
}
