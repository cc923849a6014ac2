import type {
  CommandAnswer,
  CustomerEscalationSignal,
  DeploySignal,
  DrillSignal,
  RuleSet,
  SpilloverSignal,
} from '#contracts';
import type { Assessment } from '../alert/alert.js';
import type { ToldAlerts } from '../external-alert/told-alerts.js';
import type { Gate } from '../gate/gate.js';
import type { GateSums } from '../gate/gate-sums.js';
import type { Rule } from './rule.js';
import type { LoadedRules } from './rule-sets.js';
import type { TickView } from './tick-view.js';

/** Everything a tick is decided from. */
export interface Deciding {
  readonly view: TickView;
  readonly rules: readonly Rule[];
  /** All that is in force on this tick; `rules` are its rules. */
  readonly ruleSet: RuleSet;
  /** Since when, if it was loaded. */
  readonly loaded: LoadedRules | undefined;
  readonly signals: readonly DeploySignal[];
  readonly answers: readonly CommandAnswer[];
  readonly escalationSignals: readonly CustomerEscalationSignal[];
  /** What other systems told of their own alerts. */
  readonly external: ToldAlerts;
  readonly drillSignals: readonly DrillSignal[];
  /** What other providers told within the last minutes. */
  readonly spillovers: readonly SpilloverSignal[];
  readonly verifyMs: number;
  /** What is counted of the stage of a rollout. */
  readonly sumsOf: (gate: Gate) => GateSums | undefined;
  readonly hash: (text: string) => string;
  readonly sha256: (text: string) => string;
}

/** Alert key → what this tick says about it. */
export type Assessments = ReadonlyMap<string, Assessment>;
