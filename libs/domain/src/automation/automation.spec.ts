import { event, type Event } from '#contracts';
import {
  AUTOMATED_SERVICES_MAX,
  type Automation,
  evolveAutomation,
  modeOf,
  UNTOUCHED_AUTOMATION,
} from './automation.js';

const who = { by: 'user:ana', comment: 'we look first' };
const modeSet = (service: string): Event => event('AutomationModeSet', { service, mode: 'approve', ...who, at: 1 });

const after = (...events: readonly Event[]): Automation => {
  let automation = UNTOUCHED_AUTOMATION;
  for (const each of events) automation = evolveAutomation(automation, each) ?? automation;
  return automation;
};

describe('automation', () => {
  it('RAIL-14: is on until a person switches it off, and says why', () => {
    expect(after().isOn).toBe(true);
    expect(after(event('AutomationSwitched', { isOn: false, ...who, at: 1 }))).toMatchObject({
      isOn: false,
      because: who.comment,
    });
  });

  it('RAIL-15: has a mode for each service, auto where nobody set one', () => {
    const automation = after(modeSet('dns'));
    expect([modeOf(automation, 'dns'), modeOf(automation, 'web')]).toEqual(['approve', 'auto']);
  });

  it('RAIL-15: only watches a service whose mode could not be remembered', () => {
    const many = Array.from({ length: AUTOMATED_SERVICES_MAX + 1 }, (_, index) => modeSet(`s${index}`));
    const automation = after(...many);
    expect(automation.modes.size).toBe(AUTOMATED_SERVICES_MAX);
    expect(modeOf(automation, `s${AUTOMATED_SERVICES_MAX}`)).toBe('observe');
  });

  it('RAIL-10: remembers when the rate rail opened, and for which service a person closed it', () => {
    const opened = event('RateRailOpened', { rollbackId: 'rb1', plans: 3, because: 'three', at: 5 });
    const reset = event('RateRailReset', { service: 'dns', ...who, at: 8 });
    expect(after(opened, reset)).toMatchObject({ rateOpenedAtMs: 5, rateResets: new Map([['dns', 8]]) });
  });
});
