import { FLEET_KEY, type RuleScope, type Scope } from '#contracts';

export type { Rule } from '#contracts';

/** What an alert is about. */
export interface AlertSubject {
  readonly scope: Scope;
  /** `fleet`, `v2.1.5+c42|us-east`, `telemetry.outcomes/3` or the id of a node. */
  readonly key: string;
}

/** What a rule is evaluated for. */
export interface Subject extends AlertSubject {
  readonly scope: RuleScope;
}

/** The whole fleet. */
export const FLEET: Subject = { scope: 'fleet', key: FLEET_KEY };
