import type { GateSettings } from '#contracts';
import { PROMOTE_NATS, STOP_NATS } from './boundaries.js';
import type { GateTest, Measured } from './gate.js';
import { type GateSums, nothingCounted, type SumsCarried } from './gate-sums.js';
import { judge, type Objection, objectionsOf, type StageFacts } from './judge.js';

const percent = (ratio: number): string => `${(100 * ratio).toFixed(2)} %`;

const shareOf = (good: number, bad: number): string =>
  good + bad === 0 ? 'no outcomes' : `${percent(bad / (good + bad))} of ${good + bad} fail`;

const figures = ({ healthy, faulty }: GateSettings['failing']): string =>
  `healthy up to ${percent(healthy)}, faulty from ${percent(faulty)}`;

const bounds = { stopNats: STOP_NATS, promoteNats: PROMOTE_NATS };
const stopping = { stopNats: STOP_NATS, promoteNats: null };
const plain = { nats: null, stopNats: null, promoteNats: null };

const outcomeTests = ({ failing }: GateSettings, sums: GateSums): readonly GateTest[] => [
  {
    test: 'failing',
    nats: sums.failing,
    ...bounds,
    verdict: sums.failing >= STOP_NATS ? 'roll_back' : sums.isFailingCleared ? 'promote' : 'need_more_data',
    detail: `cohort: ${shareOf(sums.cohortGood, sums.cohortBad)}; ${figures(failing)}`,
  },
  {
    test: 'against_control',
    nats: sums.against,
    ...stopping,
    verdict: sums.against >= STOP_NATS ? 'roll_back' : 'need_more_data',
    detail: `control of the same places and seconds: ${shareOf(sums.controlGood, sums.controlBad)}`,
  },
];

const customerTests = ({ customerFailing }: GateSettings, sums: GateSums): readonly GateTest[] => {
  if (customerFailing === undefined) return [];
  const detail = `${sums.customersSeen} customers, each with its own failing share; ${figures(customerFailing)}`;
  const stops = (nats: number) => (nats >= STOP_NATS ? 'roll_back' : 'need_more_data');
  return [
    { test: 'customers', nats: sums.customers, ...stopping, verdict: stops(sums.customers), detail },
    {
      test: 'customers_well',
      nats: sums.customersWell,
      stopNats: null,
      promoteNats: PROMOTE_NATS,
      verdict: sums.isCustomersCleared ? 'promote' : 'need_more_data',
      detail,
    },
    {
      test: 'customers_against_control',
      nats: sums.customersAgainst,
      ...stopping,
      verdict: stops(sums.customersAgainst),
      detail: 'the same customers without the release',
    },
  ];
};

const factTests = (gate: GateSettings, sums: GateSums, facts: StageFacts): readonly GateTest[] => {
  const [{ stop }, objections] = [judge(gate, sums, facts), objectionsOf(gate, sums, facts)];
  const { impactScoreMax, noCustomerEscalations = false } = gate;
  const verdictOf = (objection: Objection) =>
    stop === objection ? 'roll_back' : objections.includes(objection) ? 'need_more_data' : 'promote';
  const row = (test: Objection, detail: string): GateTest => ({ test, ...plain, verdict: verdictOf(test), detail });
  const { impact, impactBeside, escalations, live, named } = facts;
  return [
    ...(impactScoreMax === undefined
      ? []
      : [
          row(
            'impact',
            `impact score ${impact}, ${impactBeside} without those hurt elsewhere; at most ${impactScoreMax}`,
          ),
        ]),
    ...(noCustomerEscalations ? [row('escalations', `${escalations} customer escalations open`)] : []),
    row('coverage', `${live} of ${named} nodes report and run the release`),
  ];
};

/** Every test of a stage, as it is stored and shown. */
export const describeTests = (gate: GateSettings, sums: GateSums, facts: StageFacts): GateTest[] => [
  ...outcomeTests(gate, sums),
  ...customerTests(gate, sums),
  ...factTests(gate, sums, facts),
];

/** What was recorded of a stage, as its tests go on from it. */
export const carriedBy = ({ throughSlot, cohort, control, customers, tests, ...rest }: Measured): SumsCarried => {
  const find = (test: string) => tests.find((each) => each.test === test);
  const natsOf = (test: string): number => find(test)?.nats ?? 0;
  const fresh = nothingCounted(throughSlot);
  return {
    ...fresh,
    cohortGood: cohort.good,
    cohortBad: cohort.bad,
    controlGood: control.good,
    controlBad: control.bad,
    failing: natsOf('failing'),
    isFailingCleared: find('failing')?.verdict === 'promote',
    against: natsOf('against_control'),
    customers: natsOf('customers'),
    customersWell: natsOf('customers_well'),
    isCustomersCleared: find('customers_well')?.verdict === 'promote',
    customersAgainst: natsOf('customers_against_control'),
    customersSeen: customers,
    controlSlot: rest.controlSlot ?? fresh.controlSlot,
    dispersion: rest.dispersion ?? fresh.dispersion,
  };
};
