import type { OnCallPlan, Rotation } from '#contracts';
import { checkOnCallPlan } from './check-on-call-plan.js';
import { onCallPlan } from './plan.fixture.js';

const NOW = Date.parse('2026-02-01T12:00:00Z');
type Findings = ReturnType<typeof checkOnCallPlan>['errors'];
const told = (findings: Findings): readonly string[] =>
  findings.map(({ path, message }) => `${path.join('.')}: ${message}`);
const errors = (plan: OnCallPlan, nowMs = NOW) => told(checkOnCallPlan(plan, { nowMs }).errors);
const warnings = (plan: OnCallPlan, channels?: readonly string[]) =>
  told(checkOnCallPlan(plan, { nowMs: NOW, channels }).warnings);

const [policy] = onCallPlan().policies;
const [schedule] = onCallPlan().schedules;
const rotating = (...rotations: Partial<Rotation>[]): OnCallPlan =>
  onCallPlan({
    schedules: [{ ...schedule!, rotations: rotations.map((changes) => ({ ...schedule!.rotations[0]!, ...changes })) }],
  });

describe('the check of a plan', () => {
  it('finds nothing wrong with one that is whole', () => {
    expect(checkOnCallPlan(onCallPlan(), { nowMs: NOW, channels: ['pagerduty', 'email', 'slack'] })).toEqual({
      errors: [],
      warnings: [],
    });
  });

  it('names people and schedules that are not there, and what was meant', () => {
    const plan = onCallPlan({
      vp: { person: 'vara' },
      policies: [
        {
          ...policy!,
          levels: [{ call: [{ schedule: 'primry' }, { person: 'zoe' }, { vp: true }], waitMs: 1 }],
          raises: [],
        },
      ],
    });
    const rotations = [{ ...schedule!.rotations[0]!, people: ['ann', 'bo'] }];
    expect(errors({ ...plan, schedules: [{ ...schedule!, rotations }] })).toEqual([
      'schedules.0.rotations.0.people.1: there is no person bo',
      'vp.person: there is no person vara',
      'policies.0.levels.0.call.0.schedule: there is no schedule primry',
      'policies.0.levels.0.call.1.person: there is no person zoe',
    ]);
    expect(checkOnCallPlan(plan, { nowMs: NOW }).errors[1]?.near).toEqual({ word: 'primry', known: ['primary'] });
  });

  it('names what is there twice', () => {
    const { people, schedules, policies } = onCallPlan();
    expect(
      errors(
        onCallPlan({
          people: [...people, people[0]!],
          schedules: [...schedules, schedules[0]!],
          policies: [...policies, { ...policies[0]!, when: { severities: ['critical'] } }],
        }),
      ),
    ).toEqual([
      'people.3.person: there is another person ann',
      'schedules.1.schedule: there is another schedule primary',
      'policies.1.policy: there is another policy default',
    ]);
  });

  it.each([
    [[], 'policies: expected a policy without when, for what no other policy is for'],
    [
      [{ ...policy!, when: { severities: ['critical' as const] } }],
      'policies: expected a policy without when, for what no other policy is for',
    ],
    [
      [policy!, { ...policy!, policy: 'other', when: {} }],
      'policies.1: other and default are both without when: one alone is for everything else',
    ],
  ])('one policy is for everything else: %#', (policies, message) => {
    expect(errors(onCallPlan({ policies }))).toEqual([message]);
  });

  it('a level above the last one cannot be raised to, and a call to no vp calls nobody', () => {
    const { vp: _vp, ...plan } = onCallPlan({ policies: [{ ...policy!, raises: [{ toLevel: 3 }] }] });
    expect(errors(plan)).toEqual([
      'policies.0.levels.1.call.0.vp: the plan does not say who the vp is: this calls nobody',
      'policies.0.raises.0.toLevel: there is no level 3: default has 2',
    ]);
  });

  it('mail goes to an address', () => {
    const people = [
      ...onCallPlan().people,
      { person: 'max', contacts: [{ channel: 'email' }, { channel: 'e-mail', address: 'max' }] },
    ];
    expect(errors(onCallPlan({ people }))).toEqual([
      'people.3.contacts.0: email needs an address',
      'people.3.contacts.1.address: expected an address of e-mail',
    ]);
  });

  it('a zone and a day must exist', () => {
    expect(errors(rotating({ startsAt: '2026-02-30T09:00', timeZone: 'Europe/Berln' }))).toEqual([
      'schedules.0.rotations.0.startsAt: there is no 2026-02-30T09:00',
      'schedules.0.rotations.0.timeZone: there is no time zone Europe/Berln',
    ]);
  });
});

describe('R47: a gap is an error', () => {
  it('that begins now, until the first rotation begins', () => {
    expect(errors(rotating({ startsAt: '2026-02-02T09:00' }))).toEqual([
      'schedules.0.rotations: nobody is on call now until 2026-02-02 09:00 Europe/Berlin, for 20 h',
    ]);
  });

  it('that comes each night is told three times and counted', () => {
    const [first, second, third, ...more] = errors(rotating({ hours: { from: '08:00', until: '23:30' } }));
    expect([first, second, more]).toEqual([
      'schedules.0.rotations: nobody is on call from 2026-02-01 23:30 Europe/Berlin until 2026-02-02 08:00 Europe/Berlin, for 8 h 30 min',
      'schedules.0.rotations: nobody is on call from 2026-02-02 23:30 Europe/Berlin until 2026-02-03 08:00 Europe/Berlin, for 8 h 30 min',
      [],
    ]);
    expect(third).toMatch(/, for 8 h 30 min; and 363 more within a year$/);
  });

  it('that only the clocks make, months ahead, is found today', () => {
    const sun = rotating(
      { timeZone: 'Europe/Berlin', hours: { from: '09:00', until: '21:00' } },
      { timeZone: 'America/New_York', hours: { from: '15:00', until: '03:00' } },
    );
    const [first] = errors(sun);
    expect(first).toBe(
      'schedules.0.rotations: nobody is on call from 2026-03-08 08:00 Europe/Berlin until 2026-03-08 09:00 Europe/Berlin, for 1 h',
    );
    expect(errors(sun, Date.parse('2026-04-01T12:00:00Z'))[0]).toMatch(/from 2026-10-25 08:00 Europe\/Berlin/);
  });

  it('that never ends is told as such', () => {
    expect(errors(rotating({ startsAt: '2030-01-01T00:00' }))).toEqual([
      'schedules.0.rotations: nobody is on call now, with no end within a year',
    ]);
  });

  it('two who serve at the same time are none', () => {
    expect(errors(rotating({}, { people: ['ann'], hours: { from: '09:00', until: '17:00' } }))).toEqual([]);
  });
});

describe('what a plan is warned of', () => {
  it('R47: the last level does not call the vp', () => {
    const plan = onCallPlan({ policies: [{ ...policy!, levels: policy!.levels.slice(0, 1), raises: [] }] });
    expect(warnings(plan)).toEqual(['policies.0.levels.0: the last level of default does not call the vp']);
    const { vp: _vp, ...without } = plan;
    expect(warnings(without)).toEqual([]);
  });

  it('channels that are not there', () => {
    const levels = [{ call: [{ channel: 'pager' }], waitMs: 1 }, ...policy!.levels.slice(1)];
    expect(warnings(onCallPlan({ policies: [{ ...policy!, levels }] }), ['pagerduty', 'email'])).toEqual([
      'people.1.contacts.1.channel: there is no channel slack, which the plan names 2 times',
      'policies.0.levels.0.call.0.channel: there is no channel pager',
    ]);
  });
});
