import type { CommandAnswer, DeploySignal, EscalationSignal, SpilloverSignal } from '#contracts';
import type { Assessment } from '../alert/alert.js';
import type { Rule } from './rule.js';
import type { TickView } from './tick-view.js';

/** Everything a tick is decided from. */
export interface Deciding {
  readonly view: TickView;
  readonly rules: readonly Rule[];
  readonly signals: readonly DeploySignal[];
  readonly answers: readonly CommandAnswer[];
  readonly escalationSignals: readonly EscalationSignal[];
  /** What other providers told within the last minutes. */
  readonly spillovers: readonly SpilloverSignal[];
  readonly verifyMs: number;
  readonly hash: (text: string) => string;
  readonly sha256: (text: string) => string;
}

/** Alert key → what this tick says about it. */
export type Assessments = ReadonlyMap<string, Assessment>;
