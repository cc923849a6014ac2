import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { readOnCallFile, readYamlFiles } from '#config';
import { checkOnCallPlan } from '#domain';
import { renderOnCallSchema } from './on-call-schema.js';

const accepts = new Ajv2020({ strict: false }).compile(JSON.parse(renderOnCallSchema()) as object);
const EXAMPLE = 'docs/on-call.yml';

describe('the example of who is called', () => {
  it('R47: has nothing wrong and nothing to be warned of, at any time of the year', () => {
    const channels = ['pagerduty', 'email', 'slack'].map((name) => ({ name }));
    for (const day of ['2026-02-01', '2026-06-15', '2026-11-01', '2027-12-24']) {
      const nowMs = Date.parse(`${day}T12:00:00Z`);
      const { config, problems } = readOnCallFile(EXAMPLE, (plan) => checkOnCallPlan(plan, { nowMs, channels }));
      expect(problems).toBeUndefined();
      expect(config?.warnings).toEqual([]);
    }
  });

  it('is accepted by the schema for editors, which it names', () => {
    const { merged } = readYamlFiles([EXAMPLE], z.unknown(), (files) => ({ problems: [], value: files[0]?.value }));
    expect(accepts(merged?.value)).toBe(true);
    expect(readFileSync(EXAMPLE, 'utf8')).toMatch(/^# yaml-language-server: \$schema=\.\/on-call\.schema\.json\n/);
  });

  it.each([
    ['a key that does not exist', { timezone: 'UTC' }],
    ['a start that is no time', { starts: 'tomorrow' }],
    ['a rotation of nobody', { people: [] }],
  ])('the schema for editors refuses %s', (_what, changes) => {
    const rotation = { people: ['ann'], starts: '2026-01-05 09:00', shift: '1w' };
    const plan = (each: object) => ({
      people: [{ person: 'ann', contacts: [{ channel: 'slack' }] }],
      schedules: [{ schedule: 'primary', time_zone: 'UTC', rotations: [each] }],
      policies: [],
    });
    expect(accepts(plan(rotation))).toBe(true);
    expect(accepts(plan({ ...rotation, ...changes }))).toBe(false);
  });
});
