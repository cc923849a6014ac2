import { modesSaid, watchSaid } from './automation-words.js';
import type { FleetImpact } from './now-document.js';

const hurting = (affectedCustomers: number) => ({ affectedCustomers }) as FleetImpact;

describe('what the automation is said to do', () => {
  it('is not watching where it is switched off, nor fine where somebody is hurt', () => {
    expect(watchSaid(true, hurting(0))).toBe('No incident is open: it watches.');
    expect(watchSaid(false, hurting(0))).not.toContain('watches');
    expect(watchSaid(true, hurting(12))).toContain('no rule that opens one holds for those who are hurt');
    expect(watchSaid(true, undefined)).toContain('not known');
  });

  it('is bound by the mode of each service, and by none of its own acts by itself', () => {
    const mode = { mode: 'approve' as const, at: '2021-07-22T11:47:00.000Z', by: 'operator:ana' };
    expect(modesSaid([])).toBe('Mode: auto, for every service.');
    expect(
      modesSaid([
        { service: 'dns', mode },
        { service: 'web', mode: null },
      ]),
    ).toBe('Mode: dns approve; auto for the others.');
  });
});
