import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnCallFile } from './on-call-file.js';

const directory = mkdtempSync(join(tmpdir(), 'tocsin-on-call-'));
afterAll(() => rmSync(directory, { recursive: true }));

type Check = Parameters<typeof readOnCallFile>[1];
const nothing: Check = () => ({ errors: [], warnings: [] });

const read = (text: string, check = nothing) => {
  const path = join(directory, 'on-call.yml');
  writeFileSync(path, text);
  const { config, problems = [] } = readOnCallFile(path, check);
  const short = (each: string) => each.replaceAll(`${directory}/`, '');
  return { plan: config?.plan, warnings: config?.warnings.map(short), problems: problems.map(short) };
};
const firstLines = (problems: readonly string[]) => problems.map((problem) => problem.split('\n')[0]);

const PLAN = `people:
  - person: ann
    contacts: [{ channel: pagerduty }]
schedules:
  - schedule: primary
    time_zone: Europe/Berlin
    rotations:
      - people: [ann]
        starts: 2026-01-05 09:00
        shift: 1w
      - people: [ann]
        starts: 2026-01-05T21:00
        shift: 12h
        time_zone: America/New_York
        hours: { days: [sat, sun], from: 09:00, until: 17:00 }
vp: { person: ann }
policies:
  - policy: default
    levels:
      - call: [{ schedule: primary }, { person: ann }, { channel: slack }]
        wait: 5m
      - call: [{ vp: true }]
        wait: 1h30m
    raises:
      - severity: critical
        impact_score: 100
        dollars_per_minute: 5000.5
        to_level: 2
    acknowledged_for: for ever
`;

describe('a file of who is called', () => {
  it('is the plan in other words', () => {
    expect(read(PLAN)).toEqual({
      problems: [],
      warnings: [],
      plan: {
        people: [{ person: 'ann', contacts: [{ channel: 'pagerduty' }] }],
        schedules: [
          {
            schedule: 'primary',
            timeZone: 'Europe/Berlin',
            rotations: [
              { people: ['ann'], startsAt: '2026-01-05T09:00', shiftDays: 7 },
              {
                people: ['ann'],
                startsAt: '2026-01-05T21:00',
                shiftHours: 12,
                timeZone: 'America/New_York',
                hours: { days: ['sat', 'sun'], from: '09:00', until: '17:00' },
              },
            ],
          },
        ],
        vp: { person: 'ann' },
        policies: [
          {
            policy: 'default',
            levels: [
              { call: [{ schedule: 'primary' }, { person: 'ann' }, { channel: 'slack' }], waitMs: 300_000 },
              { call: [{ vp: true }], waitMs: 5_400_000 },
            ],
            repeats: 0,
            raises: [{ severity: 'critical', impactScore: 100, dollarsPerMinute: 5_000.5, toLevel: 2 }],
            acknowledgedForMs: null,
          },
        ],
      },
    });
  });

  it('tells all that is wrong at once, each with its place', () => {
    const wrong = PLAN.replace('time_zone: Europe', 'timezone: Europe')
      .replace('shift: 1w', 'shift: 90m')
      .replace('days: [sat, sun]', 'days: [sta, sun]')
      .replace('{ channel: slack }', '{ chanel: slack }')
      .replace('wait: 1h30m', 'wait: 2d')
      .replace('for ever', 'forever');
    expect(firstLines(read(wrong).problems)).toEqual([
      'on-call.yml:5:5: schedules.0.time_zone: is missing',
      'on-call.yml:6:5: schedules.0.timezone: there is no such key; did you mean time_zone?',
      'on-call.yml:10:16: schedules.0.rotations.0.shift: expected whole hours, such as 12h, 1d or 1w',
      'on-call.yml:15:25: schedules.0.rotations.1.hours.days.0: there is no sta; did you mean sat?',
      'on-call.yml:20:56: policies.0.levels.0.call.2: expected one of person, schedule, channel or vp: true',
      'on-call.yml:20:58: policies.0.levels.0.call.2.chanel: there is no such key; did you mean channel?',
      'on-call.yml:23:15: policies.0.levels.1.wait: expected more than 0s and at most 1d',
      'on-call.yml:29:23: policies.0.acknowledged_for: expected a duration up to 7d, such as 30m, or for ever',
    ]);
  });

  it.each([
    ['{ person: ann }, { channel: slack }', '{ person: ann, vp: true }', 'expected one of person, schedule, channel'],
    ['shift: 1w', 'shift: 367d', 'expected at most 366d'],
    ['starts: 2026-01-05 09:00', 'starts: tomorrow', 'expected a local time such as 2026-01-05 09:00'],
    ['{ channel: slack }', '{}', 'expected one of person, schedule, channel'],
    ['vp: { person: ann }', 'vp: {}', 'expected either person or schedule'],
    ['    acknowledged_for: for ever\n', '', 'acknowledged_for: is missing'],
  ])('in place of %s: %s', (from, to, message) => {
    expect(read(PLAN.replace(from, to)).problems).toEqual([expect.stringContaining(message)]);
  });

  it('something that raises nothing is none', () => {
    const raises = PLAN.replace(/severity: critical\n.*\n.*\n\s+to_level/, 'to_level');
    expect(read(raises).problems).toEqual([expect.stringContaining('expected what raises it')]);
  });

  it('what a check finds stands at its place, in the words of the file', () => {
    const known = ['Europe/Berlin'];
    const path = ['schedules', 0, 'timeZone'];
    const finding = { path, message: 'there is no x', near: { word: 'Europe/Berln', known } };
    expect(read(PLAN, () => ({ errors: [finding], warnings: [] })).problems).toEqual([
      [
        'on-call.yml:6:16: schedules.0.time_zone: there is no x; did you mean Europe/Berlin?',
        '        time_zone: Europe/Berlin',
        '                   ^',
      ].join('\n'),
    ]);
    const { plan, warnings } = read(PLAN, () => ({ errors: [], warnings: [{ path: ['vp'], message: 'sleeps' }] }));
    expect(plan?.vp).toEqual({ person: 'ann' });
    expect(firstLines(warnings ?? [])).toEqual(['on-call.yml:16:5: vp: sleeps']);
  });

  it('that cannot be read says so', () => {
    expect(readOnCallFile(join(directory, 'none.yml'), nothing).problems).toEqual([
      expect.stringContaining('none.yml: cannot be read (ENOENT)'),
    ]);
  });
});
