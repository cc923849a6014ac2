import { RULE_WINDOW_MS_MAX, type RuleAction } from '#contracts';
import { decideCall } from '../action/call.decide.js';
import type { Alert } from '../alert/alert.js';
import { judgeAutomation } from '../automation/automation-rails.js';
import { type AffectedCustomer, affectedRatio } from '../impact/affected.js';
import { IMPACT_WINDOW_MS } from '../impact/covered.js';
import type { Incident } from '../incident/incident.js';
import { runningRelease, serviceOf } from '../redirect/running-release.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { TickView } from '../rule/tick-view.js';
import { type Fallback, isAwaited } from './fallback.js';
import { decideFallbacks } from './fallback.decide.js';
import type { Running } from './fallback-command.js';
import { decideFallbackStep, type FallbackTrouble } from './fallback-step.decide.js';
import { readProviders } from './provider-health.js';

/**
 * Commands of fallbacks that are out at once and not answered for: a deploy system takes commands one after the other, and a rollback
 * must not wait behind hundreds. The others wait in the order in which they were decided.
 */
export const FALLBACKS_AT_ONCE = 20;

/** A customer must be well for so long before it is given back: as long as windows look back. */
export const CUSTOMER_WELL_MS = RULE_WINDOW_MS_MAX;

/** An alert whose rule moves customers, and its incident. */
export interface FallbackCause {
  readonly alert: Alert;
  readonly incident: Incident;
  readonly action: Extract<RuleAction, { do: 'fall_back' }>;
}

/** What the fleet runs; undefined: nobody reports, and nobody is moved. */
const runningIn = (draft: Draft, view: TickView): Running | undefined => {
  const nodes = view.nodes.map(({ nodeId }) => nodeId);
  const release = runningRelease(nodes, view);
  return release && { release, service: serviceOf(nodes, release, draft.state.rollouts.values()) };
};

const callFor = (draft: Draft, incidentId: string, { step, text }: FallbackTrouble, at: number): void => {
  const incident = draft.state.incidents.get(incidentId);
  if (incident === undefined) return;
  const { alertId } = incident.root;
  draft.add(decideCall(incident, { to: 'on_call', fallback: { step }, alertId, because: `fallback: ${text}`, at }));
};

/** From an alert that fires to another provider for each customer that its incident hurts. */
export const decideFallbacksFor = (
  draft: Draft,
  { alert, incident, action }: FallbackCause,
  affected: readonly AffectedCustomer[],
  deciding: Deciding,
): void => {
  // Whoever silenced it, or announced the work, knows.
  const mutedBy = draft.state.quiet.mutes.get(alert.alertId)?.by;
  if (affected.length === 0 || mutedBy === 'silence' || mutedBy === 'maintenance') return;
  const { view, hash, spillovers } = deciding;
  const running = runningIn(draft, view);
  if (running === undefined) return;
  const { incidentId } = incident;
  const fallbacks = [...draft.state.fallbacks.values()];
  const { events, trouble } = decideFallbacks({
    incidentId,
    alert,
    isDryRun: action.isDryRun ?? true,
    rails: judgeAutomation(draft.state.automation, running.service),
    affected,
    fallbacks,
    unwell: readProviders(fallbacks, spillovers, view.at),
    impactSettings: view.impactSettings,
    at: view.at,
    idOf: (customerId, isDryRun) => hash(`fallback|${incidentId}|${customerId}${isDryRun ? '|dry' : ''}`),
  });
  draft.add(events);
  if (trouble !== undefined) callFor(draft, incidentId, trouble, view.at);
};

/** Silence is not well: of a customer whose queries all go elsewhere nobody here knows, and its incident decides. */
const isCustomerWell = (customerId: string, { windows, endSlot, impactSettings }: TickView): boolean =>
  [IMPACT_WINDOW_MS, CUSTOMER_WELL_MS].every((windowMs) => {
    const { good, bad } = windows.sum('customer', customerId, windowMs, endSlot);
    if (good + bad < impactSettings.affectedOutcomesMin) return false;
    return affectedRatio(good, bad, impactSettings) === undefined;
  });

const recoveredBy = (draft: Draft, fallback: Fallback, view: TickView): string | undefined => {
  const { incidentId, customerId, decidedAtMs, inPlaceAtMs } = fallback;
  const incident = draft.state.incidents.get(incidentId);
  const alertIds = incident?.state === 'open' ? [...incident.alertIds] : [];
  if (!alertIds.some((alertId) => draft.state.alerts.has(alertId))) return 'no alert of its incident is left';
  if (view.at < Math.max(decidedAtMs, inPlaceAtMs) + CUSTOMER_WELL_MS || !isCustomerWell(customerId, view))
    return undefined;
  return `its queries were answered well for ${CUSTOMER_WELL_MS / 60_000} min`;
};

/** The next steps of the fallbacks that are not over, in the order in which they were decided; each kind of trouble calls a person once. */
export const decideFallbackSteps = (draft: Draft, deciding: Deciding): void => {
  const { view, answers, spillovers, hash, sha256 } = deciding;
  const { at, tick } = view;
  const open = [...draft.state.fallbacks.values()].filter(({ state }) => state !== 'ended');
  if (open.length === 0) return;
  const { automation, fallbacks } = draft.state;
  const running = automation.isOn ? runningIn(draft, view) : undefined;
  const rails = judgeAutomation(automation, running?.service ?? '');
  const unwell = readProviders(fallbacks.values(), spillovers, at);
  for (const fallback of open) {
    const { incidentId } = fallback;
    const awaited = [...draft.state.fallbacks.values()].filter(isAwaited).length;
    const { events, trouble } = decideFallbackStep(fallback, {
      at,
      // A tick is later than every earlier one, so generations grow even where the last one is no longer remembered.
      generation: Math.max(draft.state.generation + 1, tick),
      answers,
      unwell,
      running: awaited < FALLBACKS_AT_ONCE ? running : undefined,
      mayBegin: rails.every(({ holds }) => holds),
      recovered: recoveredBy(draft, fallback, view),
      customerOf: (id) => view.customers.find(({ customerId }) => customerId === id),
      sinceMs: draft.state.incidents.get(incidentId)?.openedAtMs ?? fallback.decidedAtMs,
      commandIdOf: (id, wave) => hash(`command|${id}|${wave}`),
      sha256,
    });
    draft.add(events);
    if (trouble !== undefined) callFor(draft, incidentId, trouble, at);
  }
};
