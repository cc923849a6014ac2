import { AUTOMATION_MODES, type AutomationMode, type Event } from '#contracts';
import { isEventOf } from '../rule/event-guard.js';

/**
 * What people allow Tocsin to do by itself; three parts that change apart from each other:
 *
 *   on ◀──AutomationSwitched──▶ off            the kill switch (RAIL-14): off, and nothing is commanded, whoever asks
 *   a mode for each service                    the ladder (RAIL-15): observe, recommend, approve, auto
 *   closed ──RateRailOpened──▶ open ──RateRailReset──▶ closed   the rate rail (RAIL-10), closed again by a person alone
 */
export interface Automation {
  readonly isOn: boolean;
  /** Why it is on or off, as the person said who switched it; undefined while nobody did. */
  readonly because: string | undefined;
  /** Service → mode; a service that is not there is `DEFAULT_MODE`. */
  readonly modes: ReadonlyMap<string, AutomationMode>;
  /** Log time at which the rate rail opened last; undefined when it never did. */
  readonly rateOpenedAtMs: number | undefined;
  /** Service → log time from which on its plans count for the rate rail. */
  readonly rateResets: ReadonlyMap<string, number>;
}

/** What is shipped: rails that all hold need no approval. */
export const DEFAULT_MODE: AutomationMode = 'auto';

/** Nobody said anything yet. */
export const UNTOUCHED_AUTOMATION: Automation = {
  isOn: true,
  because: undefined,
  modes: new Map(),
  rateOpenedAtMs: undefined,
  rateResets: new Map(),
};

/**
 * Services that have a mode or a reset: more than any fleet has. Beyond that a new one is not remembered, and who has no mode of its own
 * is watched only.
 */
export const AUTOMATED_SERVICES_MAX = 1_000;

/** Events of the stream of automation. */
export const isAutomationEvent = isEventOf(
  'AutomationSwitched',
  'AutomationModeSet',
  'RateRailOpened',
  'RateRailReset',
);

const put = <T>(map: ReadonlyMap<string, T>, service: string, value: T): ReadonlyMap<string, T> =>
  map.has(service) || map.size < AUTOMATED_SERVICES_MAX ? new Map(map).set(service, value) : map;

/** The automation after an event; undefined when the event is no concern of it. */
export const evolveAutomation = (automation: Automation, event: Event): Automation | undefined => {
  if (!isAutomationEvent(event)) return undefined;
  switch (event.type) {
    case 'AutomationSwitched':
      return { ...automation, isOn: event.data.isOn, because: event.data.comment };
    case 'AutomationModeSet':
      return { ...automation, modes: put(automation.modes, event.data.service, event.data.mode) };
    case 'RateRailOpened':
      return { ...automation, rateOpenedAtMs: event.data.at };
    case 'RateRailReset':
      return { ...automation, rateResets: put(automation.rateResets, event.data.service, event.data.at) };
  }
};

/** How far Tocsin goes by itself with a service: where modes cannot be remembered any more, it only watches. */
export const modeOf = ({ modes }: Automation, service: string): AutomationMode =>
  modes.get(service) ?? (modes.size < AUTOMATED_SERVICES_MAX ? DEFAULT_MODE : AUTOMATION_MODES[0]);
