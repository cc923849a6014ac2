import { event, type Event, type EventData, type ImpactSettings } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { AutomationRail } from '../automation/automation-rails.js';
import type { AffectedCustomer } from '../impact/affected.js';
import { byUrgency } from '../impact/impact.js';
import { type Fallback, isFallenBack } from './fallback.js';
import type { FallbackTrouble } from './fallback-step.decide.js';
import { describeUnwell, nextProvider, type UnwellProviders } from './provider.js';

/** Customers of one incident that are moved: with more the fleet is what is to be mended, and a person decides. */
export const FALLBACKS_MAX = 200;

/** What the fallbacks of an incident are decided from. */
export interface FallbackCase {
  readonly incidentId: string;
  readonly alert: Pick<Alert, 'rule' | 'reason'>;
  /** Whether the rule only wants to know. */
  readonly isDryRun: boolean;
  /** The kill switch and the mode. */
  readonly rails: readonly AutomationRail[];
  readonly affected: readonly AffectedCustomer[];
  /** Of any incident. */
  readonly fallbacks: readonly Fallback[];
  readonly unwell: UnwellProviders;
  readonly impactSettings: ImpactSettings;
  readonly at: number;
  readonly idOf: (customerId: string, isDryRun: boolean) => string;
}

/** What was decided, and what a person has to know. */
export interface FallbackDecision {
  readonly events: readonly Event[];
  readonly trouble?: FallbackTrouble;
}

const decisionOf = (
  { customer, failing }: AffectedCustomer,
  provider: EventData<'FallbackDecided'>['provider'],
  { incidentId, alert, rails, isDryRun, at, idOf }: FallbackCase,
): Event => {
  const refused = rails.filter(({ holds }) => !holds).map(({ detail }) => detail);
  const dry = isDryRun ? ['its rule says so'] : refused;
  const { customerId } = customer;
  const why = `${alert.rule}: ${alert.reason.text}; ${(100 * failing).toFixed(1)} % of its queries fail`;
  const because = dry.length === 0 ? why : `dry run (${dry.join('; ')}): ${why}`;
  const isDry = dry.length > 0;
  const ids = { fallbackId: idOf(customerId, isDry), incidentId, customerId };
  return event('FallbackDecided', { ...ids, provider, isDryRun: isDry, because: because.slice(0, 500), at });
};

/**
 * Another provider for each customer that is hurt and has none yet (R60): critical ones first, then by money. Once for an incident and a
 * customer, whatever becomes of it: one that is moved to and fro is hurt twice. Where a rail refuses, or the rule only wants to know, it
 * is a dry run; that is no reason not to decide when they allow it.
 */
export const decideFallbacks = (given: FallbackCase): FallbackDecision => {
  const { incidentId, rails, affected, fallbacks, unwell, impactSettings } = given;
  const isDryRun = given.isDryRun || rails.some(({ holds }) => !holds);
  const own = fallbacks.filter((each) => each.incidentId === incidentId && each.isDryRun === isDryRun);
  const taken = new Set([...own, ...fallbacks.filter(isFallenBack)].map(({ customerId }) => customerId));
  const waiting = affected.filter(({ customer }) => !taken.has(customer.customerId));
  if (waiting.length === 0) return { events: [] };
  const provider = nextProvider(unwell);
  if (provider === undefined) {
    const text = `${waiting.length} customers are hurt, and no provider can take them: ${describeUnwell(unwell)}`;
    return { events: [], ...(isDryRun ? {} : { trouble: { step: 'no_provider', text } }) };
  }
  const room = Math.max(0, FALLBACKS_MAX - own.length);
  const first = room === 0 ? [] : waiting.toSorted(byUrgency(impactSettings)).slice(0, room);
  const events = first.map((each) => decisionOf(each, provider, given));
  if (isDryRun || waiting.length <= room) return { events };
  const text = `${waiting.length - room} customers more are hurt than the ${FALLBACKS_MAX} that are moved to another provider`;
  return { events, trouble: { step: 'too_many', text } };
};
