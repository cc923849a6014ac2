import { type Automation, modeOf } from './automation.js';

/** A rail's answer, as it is stored. */
export interface AutomationRail {
  readonly rail: 'kill_switch' | 'mode';
  readonly holds: boolean;
  readonly detail: string;
}

/**
 * Whether people allow Tocsin to command something of a service by itself: the kill switch (RAIL-14) and the mode (RAIL-15). For what
 * nobody can approve beforehand, as a redirect or a fallback, every mode below `auto` is a refusal.
 */
export const judgeAutomation = (automation: Automation, service: string): readonly AutomationRail[] => {
  const { isOn, because } = automation;
  const mode = modeOf(automation, service);
  return [
    {
      rail: 'kill_switch',
      holds: isOn,
      detail: isOn ? 'automation is on' : `automation is off: ${because ?? 'nobody said why'}`.slice(0, 500),
    },
    { rail: 'mode', holds: mode === 'auto', detail: `the mode of ${service} is ${mode} (auto acts)` },
  ];
};
