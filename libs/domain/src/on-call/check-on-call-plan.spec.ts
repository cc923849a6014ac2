import type { OnCallPlan, Rotation } from '#contracts';
import { checkOnCallPlan, TURNS_MAX } from './check-on-call-plan.js';
import type { KnownChannel } from './plan-receivers.js';
import { onCallPlan } from './plan.fixture.js';

/** Vera is reached by what nobody before her is. */
const wholePlan = (changes: Partial<OnCallPlan> = {}): OnCallPlan => {
  const [ann, bob] = onCallPlan().people;
  const contacts = [{ channel: 'slack' }, { channel: 'email', address: 'vera@example.com' }];
  return onCallPlan({ people: [ann!, bob!, { person: 'vera', contacts }], ...changes });
};

const NOW = Date.parse('2026-02-01T12:00:00Z');
type Findings = ReturnType<typeof checkOnCallPlan>['errors'];
const told = (findings: Findings): readonly string[] =>
  findings.map(({ path, message }) => `${path.join('.')}: ${message}`);
const errors = (plan: OnCallPlan, nowMs = NOW) => told(checkOnCallPlan(plan, { nowMs }).errors);
const known = (...names: readonly string[]) => names.map((name) => ({ name }));
const warnings = (plan: OnCallPlan, channels?: readonly KnownChannel[]) =>
  told(checkOnCallPlan(plan, { nowMs: NOW, channels }).warnings);

const [policy] = wholePlan().policies;
const [schedule] = wholePlan().schedules;
const rotating = (...rotations: Partial<Rotation>[]): OnCallPlan =>
  wholePlan({
    schedules: [{ ...schedule!, rotations: rotations.map((changes) => ({ ...schedule!.rotations[0]!, ...changes })) }],
  });

describe('the check of a plan', () => {
  it('finds nothing wrong with one that is whole', () => {
    expect(checkOnCallPlan(wholePlan(), { nowMs: NOW, channels: known('pagerduty', 'email', 'slack') })).toEqual({
      errors: [],
      warnings: [],
    });
  });

  it('names people and schedules that are not there, and what was meant', () => {
    const plan = wholePlan({
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
    const { people, schedules, policies } = wholePlan();
    expect(
      errors(
        wholePlan({
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
    expect(errors(wholePlan({ policies }))).toEqual([message]);
  });

  it('a level above the last one cannot be raised to, and a call to no vp calls nobody', () => {
    const { vp: _vp, ...plan } = wholePlan({ policies: [{ ...policy!, raises: [{ toLevel: 3 }] }] });
    expect(errors(plan)).toEqual([
      'policies.0.levels.1.call.0.vp: the plan does not say who the vp is: this calls nobody',
      'policies.0.raises.0.toLevel: there is no level 3: default has 2',
    ]);
  });

  it('mail goes to an address', () => {
    const people = [
      ...wholePlan().people,
      { person: 'max', contacts: [{ channel: 'email' }, { channel: 'e-mail', address: 'max' }] },
    ];
    expect(errors(wholePlan({ people }))).toEqual([
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
  it('R47: the last level does not call the vp, which is an error where incidents are critical', () => {
    const levels = policy!.levels.slice(0, 1);
    const plan = wholePlan({
      policies: [
        { ...policy!, levels, raises: [] },
        { ...policy!, policy: 'mild', when: { severities: ['warning'] }, levels, raises: [] },
      ],
    });
    expect(errors(plan)).toEqual(['policies.0.levels.0: the last level of default does not call the vp']);
    expect(warnings(plan)).toEqual(['policies.1.levels.0: the last level of mild does not call the vp']);
    const { vp: _vp, ...without } = plan;
    expect(errors(without)).toEqual([]);
    expect(warnings(without)).toEqual([': the plan does not say who the vp is: nobody who leads is called']);
  });

  it('R45: a first level that waits for five minutes, where incidents are critical', () => {
    const levels = [{ ...policy!.levels[0]!, waitMs: 300_000 }, ...policy!.levels.slice(1)];
    expect(warnings(wholePlan({ policies: [{ ...policy!, levels }] }))).toEqual([
      'policies.0.levels.0.waitMs: level 1 of default waits for 5 min: for critical incidents the next is to be called within 5 min, so give it less',
    ]);
    const mild = { ...policy!, policy: 'mild', when: { severities: ['warning' as const] }, levels };
    expect(warnings(wholePlan({ policies: [policy!, mild] }))).toEqual([]);
  });

  it('channels that are not there', () => {
    const levels = [{ call: [{ channel: 'pager' }], waitMs: 1 }, ...policy!.levels.slice(1)];
    expect(warnings(wholePlan({ policies: [{ ...policy!, levels }] }), known('pagerduty', 'email'))).toEqual([
      'people.1.contacts.1.channel: there is no channel slack, which the plan names 2 times',
      'policies.0.levels.0.call.0.channel: there is no channel pager',
    ]);
  });

  it('addresses that a channel does not have', () => {
    const people = [
      { person: 'ann', contacts: [{ channel: 'pagerduty', address: 'ana' }] },
      { person: 'bob', contacts: [{ channel: 'slack', address: 'bob' }] },
      { person: 'vera', contacts: [{ channel: 'pagerduty', address: 'vera' }] },
    ];
    const channels = [
      { name: 'pagerduty', addresses: ['ann', 'vera'] },
      { name: 'slack', addresses: [] },
    ];
    const check = checkOnCallPlan(wholePlan({ people }), { nowMs: NOW, channels });
    expect(told(check.warnings)).toEqual([
      'people.0.contacts.0.address: there is no address ana of pagerduty: nothing sent there leaves',
      'people.1.contacts.0.address: slack has no addresses: what is sent to one need not leave',
    ]);
    expect(check.warnings[0]?.near).toEqual({ word: 'ana', known: ['ann', 'vera'] });
  });

  it('a level that ends where the one before it did: whoever did not answer is all that it calls', () => {
    const people = [
      { person: 'ann', contacts: [{ channel: 'pagerduty' }, { channel: 'slack' }] },
      { person: 'bob', contacts: [{ channel: 'pagerduty' }] },
      { person: 'vera', contacts: [{ channel: 'pagerduty' }] },
    ];
    expect(warnings(wholePlan({ people }))).toEqual([
      'policies.0.levels.1: level 2 of default ends at the receivers of level 1 alone',
    ]);
    const own = people.map((each) => ({ ...each, contacts: [{ channel: 'pagerduty', address: each.person }] }));
    expect(warnings(wholePlan({ people: own }))).toEqual([]);
  });
});

describe('what a plan is refused for', () => {
  it('no time to answer, and an acknowledgement that holds for none', () => {
    const levels = [{ ...policy!.levels[0]!, waitMs: 0 }, ...policy!.levels.slice(1)];
    expect(errors(wholePlan({ policies: [{ ...policy!, levels, acknowledgedForMs: 0 }] }))).toEqual([
      'policies.0.levels.0.waitMs: level 1 of default has no time to answer',
      'policies.0.acknowledgedForMs: an acknowledgement of default would hold for no time',
    ]);
  });

  it('more turns than can be looked through at once; which they are is not looked for then', () => {
    const { shiftDays: _days, ...turning } = schedule!.rotations[0]!;
    const rotations = Array.from({ length: 10 }, () => ({ ...turning, shiftHours: 1 }));
    const schedules = Array.from({ length: 100 }, (_, at) => ({ ...schedule!, schedule: `s${at}`, rotations }));
    const plan = wholePlan({ schedules: [schedule!, ...schedules.slice(1)] });
    expect(errors(plan)).toEqual([
      `schedules: its rotations have 8696213 turns within a year, ${TURNS_MAX} may be: longer turns, or fewer rotations`,
    ]);
    expect(errors(rotating({ shiftDays: 1 }))).toEqual([]);
  });
});
