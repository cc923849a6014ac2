import { KEY_SEPARATOR } from '#contracts';
import { customerKeys } from '../impact/customer-keys.js';
import { wilsonLowerBound } from '../impact/wilson.js';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import type { TickView } from '../rule/tick-view.js';
import { confidenceOf, zOf } from './confidence.js';
import { detailOf, type Measure, NAMED_MAX, withDetail } from './measure.js';
import { CUSTOMER_SCOPES, SLOT_WINDOW } from './outcome-scopes.js';
import { sumOf } from './scope-windows.js';
import { type Signal, type SignalPlace, UNKNOWN } from './signal.js';

/** A customer's failures against its own baseline, in per cent. */
interface Spike {
  readonly customer: CatalogueCustomer;
  readonly value: number;
  readonly atLeast: number;
  readonly good: number;
  readonly bad: number;
}

type Visit = (index: number, good: number, bad: number) => void;

/** The customers of a subject that have failures; of a cohort the smaller of what its release and its region show, as impact has it. */
const eachFailing = ({ subject, rule, windowMs, endSlot }: SignalPlace, view: TickView, visit: Visit): void => {
  const { customers } = view;
  const place = { badMin: Math.max(1, rule.failuresMin), windowMs, endSlot };
  if (subject.scope === 'fleet') {
    view.windows.eachFailing('customer', customerKeys(customers, ''), place, visit);
    return;
  }
  const [release = '', region = ''] = subject.key.split(KEY_SEPARATOR);
  const ofRegion = new Map<number, { readonly good: number; readonly bad: number }>();
  view.windows.eachFailing('customer_region', customerKeys(customers, region), place, (index, good, bad) =>
    ofRegion.set(index, { good, bad }),
  );
  view.windows.eachFailing('customer_release', customerKeys(customers, release), place, (index, good, bad) => {
    const other = ofRegion.get(index);
    if (other === undefined) return;
    const isLess = bad / (good + bad) <= other.bad / (other.good + other.bad);
    visit(index, isLess ? good : other.good, isLess ? bad : other.bad);
  });
};

const byUrgency = (a: Spike, b: Spike): number =>
  Number(b.customer.critical) - Number(a.customer.critical) ||
  b.atLeast - a.atLeast ||
  (a.customer.customerId < b.customer.customerId ? -1 : 1);

interface Found {
  readonly worst: Spike | undefined;
  readonly above: readonly Spike[];
  /** Customers that fail, and have no baseline. */
  readonly unlearnt: number;
}

const findSpikes = (place: SignalPlace, view: TickView): Found => {
  const { outcomesMin, threshold } = place.rule;
  const z = zOf(confidenceOf(place.rule));
  const above: Spike[] = [];
  let worst: Spike | undefined;
  let unlearnt = 0;
  eachFailing(place, view, (index, good, bad) => {
    const count = good + bad;
    if (count < outcomesMin) return;
    const customer = view.customers[index]!;
    const baseline = view.memory.customerBaseline(customer.customerId);
    if (baseline === 'unknown') {
      unlearnt += 1;
      return;
    }
    const value = (100 * bad) / count / baseline;
    const atLeast = z === 0 ? value : (100 * wilsonLowerBound(bad, count, z)) / baseline;
    if (worst !== undefined && atLeast <= worst.atLeast && atLeast <= threshold) return;
    const spike = { customer, value, atLeast, good, bad };
    if (worst === undefined || atLeast > worst.atLeast) worst = spike;
    if (atLeast > threshold) above.push(spike);
  });
  return { worst, above, unlearnt };
};

const nameOf = ({ customer, value }: Spike): string =>
  `${customer.name}${customer.critical ? ' (critical)' : ''} ${value.toFixed(0)} %`;

const describeFound = ({ above, unlearnt }: Found): string | undefined => {
  const named = above.toSorted(byUrgency).slice(0, NAMED_MAX).map(nameOf);
  const spikes = detailOf(above.length, 'customers', named);
  if (unlearnt === 0) return spikes;
  return spikes === undefined
    ? `${unlearnt} customers that fail have no baseline yet`
    : `${spikes}; ${unlearnt} that fail have no baseline yet`;
};

/** Of customers that are all new nothing is known; where some have a baseline and none of these fails, they are well. */
const isAnyLearnt = ({ customers, memory }: TickView): boolean =>
  customers.some(({ customerId }) => memory.customerBaseline(customerId) !== 'unknown');

const measureOf = (found: Found, place: SignalPlace, view: TickView): Measure => {
  const { worst, unlearnt } = found;
  if (worst !== undefined) {
    const { value, atLeast, good, bad } = worst;
    return withDetail({ value, atLeast, good, bad }, describeFound(found));
  }
  const { good, bad } = sumOf(place, view);
  // Nobody fails often enough to be judged: that is known of a fleet that has data, and of no other.
  const hasData = good + bad >= Math.max(1, place.rule.outcomesMin);
  const isKnown = hasData && (unlearnt === 0 || isAnyLearnt(view));
  return withDetail({ value: isKnown ? 0 : 'unknown', good, bad }, describeFound(found));
};

/**
 * The worst customer's failure ratio in per cent of that customer's own trailing baseline (C7, R15), and who is above the rule's
 * threshold: critical customers first, then the worst, at most 20 named, all counted.
 */
export const customerErrorRateSpike: Signal = {
  about:
    'failure ratio of the worst customer in per cent of its own trailing baseline (floor 0.05 %); the detail lists those above, and counts those that fail without a baseline',
  unit: '% of the baseline',
  window: SLOT_WINDOW,
  noData: 'fewer outcomes than `outcomesMin`, or a customer fails and none has a baseline yet (1 h, 1,500 outcomes)',
  scopes: CUSTOMER_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  readsCustomers: true,
  read: (place, view) =>
    CUSTOMER_SCOPES.includes(place.subject.scope) ? measureOf(findSpikes(place, view), place, view) : UNKNOWN,
  describe: (rule, value) => ({
    found: `failures of the worst customer ${value} % of its baseline`,
    limit: `${rule.threshold} %`,
    title: `DNS failures of a customer at ${value} % of normal`,
  }),
  digits: 0,
};
