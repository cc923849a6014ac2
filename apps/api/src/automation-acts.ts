import {
  isRefusal,
  type NewMode,
  type Principal,
  type RateReset,
  type Refusal,
  streamOf,
  type Switching,
} from '#contracts';
import {
  type Automation,
  decideMode,
  decideRateReset,
  decideSwitch,
  evolveAutomation,
  UNTOUCHED_AUTOMATION,
} from '#domain';
import type { AutomationRepository, AutomationRow } from '#store';
import { saying } from './act-metadata.js';
import { act, type Act, type ActParts } from './act.js';

/** What the automation is told with. */
export interface AutomationParts extends ActParts {
  readonly repository: AutomationRepository;
}

/** What Tocsin may do by itself, as people said. */
export interface AutomationReport extends AutomationRow {
  /** Whether anything is commanded at all. */
  readonly isOn: boolean;
}

/** The automation as it is, with what it is where nobody said anything. */
export const readAutomation = async (repository: AutomationRepository): Promise<AutomationReport> => {
  const row = await repository.read();
  return { isOn: row.lastSwitch?.isOn ?? UNTOUCHED_AUTOMATION.isOn, ...row };
};

const say = async (
  parts: AutomationParts,
  cause: string,
  caller: Principal,
  decide: Act<Automation>['decide'],
): Promise<AutomationReport | Refusal> => {
  const refusal = await act<Automation>(parts, {
    stream: streamOf.automation,
    cause,
    caller,
    nothing: UNTOUCHED_AUTOMATION,
    evolve: (known, event) => evolveAutomation(known, event) ?? known,
    decide,
  });
  return isRefusal(refusal) ? refusal : readAutomation(parts.repository);
};

/** What people allow Tocsin to do by itself. */
export const automationActs = (parts: AutomationParts) => ({
  switchAutomation: (switching: Switching, caller: Principal) =>
    say(
      parts,
      `switch automation ${switching.isOn ? 'on' : 'off'}`,
      saying(caller, switching.comment),
      (known, acting) => decideSwitch(known, switching, acting),
    ),
  setMode: (mode: NewMode, caller: Principal) =>
    say(parts, `set mode of ${mode.service}`, saying(caller, mode.comment), (known, acting) =>
      decideMode(known, mode, acting),
    ),
  resetRate: (reset: RateReset, caller: Principal) =>
    say(parts, `reset rate rail of ${reset.service}`, saying(caller, reset.comment), (known, acting) =>
      decideRateReset(known, reset, acting),
    ),
});
