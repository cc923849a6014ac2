import type { GateSettings } from '#contracts';
import { durationText } from '../rule-language/duration.js';
import { PROMOTE_NATS, STOP_NATS } from './boundaries.js';
import type { GateVerdict, JudgedBy } from './gate.js';
import type { GateSums } from './gate-sums.js';
import { type Judgement, objectionsOf, type StageFacts, type Stop } from './judge.js';

const nats = (value: number, bound: number): string => `${value.toFixed(1)} of ${bound.toFixed(1)} nats`;

/** Why a stage is stopped, in words with units. */
const STOP_TEXT: Readonly<Record<Stop, (sums: GateSums, facts: StageFacts) => string>> = {
  failing: ({ failing, against, ...sums }) =>
    `${shareText('cohort', sums.cohortGood, sums.cohortBad)} (${nats(failing, STOP_NATS)}), ${shareText('control', sums.controlGood, sums.controlBad)} (against it ${nats(against, STOP_NATS)})`,
  customers: ({ customers, customersAgainst }) =>
    `its customers fail (${nats(customers, STOP_NATS)}), more than they do without the release (${nats(customersAgainst, STOP_NATS)})`,
  impact: (_sums, { impactBeside }) => `impact score ${impactBeside} of customers whom only this release hurts`,
};

const shareText = (who: string, good: number, bad: number): string =>
  good + bad === 0
    ? `${who}: no outcomes`
    : `${who}: ${((100 * bad) / (good + bad)).toFixed(2)} % of ${good + bad} fail`;

/** What is missing for a verdict, in words with units. */
export const needText = (
  settings: GateSettings,
  sums: GateSums,
  facts: StageFacts,
  { isUncontrolled }: Judgement,
): string => {
  if (isUncontrolled) return 'it fails, and there is no control: nobody can say whether the release is to blame';
  const { failing, customersWell } = sums;
  const texts = {
    failing: `failing share not cleared (${nats(failing, PROMOTE_NATS)})`,
    customers: `customers not cleared (${nats(customersWell, PROMOTE_NATS)})`,
    impact: `impact score ${facts.impact}`,
    escalations: `${facts.escalations} customer escalations open`,
    coverage: `${facts.live} of ${facts.named} nodes report and run the release`,
  };
  const objections = objectionsOf(settings, sums, facts).map((objection) => texts[objection]);
  return objections.length === 0 ? 'nothing speaks against it' : objections.join(', ');
};

/** Why a verdict is given, in words with units. */
export const becauseOf = (
  verdict: GateVerdict,
  { gate, durationMs }: JudgedBy,
  { sums, facts }: { readonly sums: GateSums; readonly facts: StageFacts },
  judgement: Judgement,
): string => {
  if (judgement.stop !== undefined) return STOP_TEXT[judgement.stop](sums, facts);
  return verdict === 'promote'
    ? `${durationText(durationMs)} passed, ${shareText('cohort', sums.cohortGood, sums.cohortBad)}`
    : needText(gate, sums, facts, judgement);
};
