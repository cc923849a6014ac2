import { event, type EventOf, type NewMode, type RateReset, refuse, type Refusal, type Switching } from '#contracts';
import type { Acting } from '../rule/acting.js';
import { AUTOMATED_SERVICES_MAX, type Automation, modeOf } from './automation.js';

/** Somebody switches the automation (RAIL-14); as it is already: nothing. */
export const decideSwitch = (
  automation: Automation,
  { isOn, comment }: Switching,
  { by, at }: Acting,
): readonly EventOf<'AutomationSwitched'>[] =>
  automation.isOn === isOn ? [] : [event('AutomationSwitched', { isOn, by, comment, at })];

/** Whether something may be said of a service: of more than that nothing would be remembered. */
const isRoom = (services: ReadonlyMap<string, unknown>, service: string): boolean =>
  services.has(service) || services.size < AUTOMATED_SERVICES_MAX;

const full = (): Refusal =>
  refuse('SERVICES_TOO_MANY', `${AUTOMATED_SERVICES_MAX} services have a word of their own already`, '/service');

/** Somebody says how far Tocsin goes with a service (RAIL-15). */
export const decideMode = (
  automation: Automation,
  { service, mode, comment }: NewMode,
  { by, at }: Acting,
): readonly EventOf<'AutomationModeSet'>[] | Refusal => {
  if (modeOf(automation, service) === mode && automation.modes.has(service)) return [];
  if (!isRoom(automation.modes, service)) return full();
  return [event('AutomationModeSet', { service, mode, by, comment, at })];
};

/** Somebody closes the rate rail again (RAIL-10), for a service; a reset is worth nothing before the rail has opened, and does no harm. */
export const decideRateReset = (
  automation: Automation,
  { service, comment }: RateReset,
  { by, at }: Acting,
): readonly EventOf<'RateRailReset'>[] | Refusal =>
  isRoom(automation.rateResets, service) ? [event('RateRailReset', { service, by, comment, at })] : full();
