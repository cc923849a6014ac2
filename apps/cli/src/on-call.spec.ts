import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApiClient } from './api-client.js';
import { readArguments, UsageError } from './arguments.js';
import { askOnCall } from './on-call.js';
import { checkOnCallFile, formatOnCallCheck } from './on-call-check.js';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
const NOW = Date.parse('2026-02-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const directory = mkdtempSync(join(tmpdir(), 'on-call-cli-'));
const example = readFileSync('docs/on-call.yml', 'utf8');
const fileWith = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const COMMON = { json: false, url: undefined, key: undefined };

describe('the arguments of tocsin on-call', () => {
  it.each([
    [['on-call'], { action: 'now' }],
    [['on-call', 'now'], { action: 'now' }],
    [
      ['on-call', 'shifts', 'primary', '--from', '2026-03-29T00:00Z', '--to', '2026-03-30T00:00+02:00'],
      { action: 'shifts', schedule: 'primary', from: 1_774_742_400_000, to: 1_774_821_600_000 },
    ],
    [
      ['on-call', 'override', 'primary', '--person', 'ben', '--for', '2h', '--comment', 'dentist'],
      { action: 'override', override: { schedule: 'primary', person: 'ben', comment: 'dentist', forMs: 2 * HOUR_MS } },
    ],
    [['on-call', 'withdraw', 'so-1'], { action: 'withdraw', scheduleOverrideId: 'so-1' }],
    [['on-call', 'load', 'a.yml', '--replace-file'], { action: 'load', file: 'a.yml', replacesFile: true }],
    [['on-call', 'reload'], { action: 'reload' }],
  ])('%j', (args, wanted) => {
    expect(readArguments(args)).toEqual({ command: 'on-call', wanted, ...COMMON });
  });

  it('a check needs no server', () => {
    expect(readArguments(['on-call', 'check', 'a.yml', '--channels', 'pagerduty,slack'])).toEqual({
      command: 'on-call check',
      file: 'a.yml',
      channels: ['pagerduty', 'slack'],
      json: false,
    });
  });

  it.each([
    [['on-call', 'who'], 'expected on-call now, shifts'],
    [['on-call', 'shifts'], 'expected a schedule'],
    [['on-call', 'now', 'more'], 'unexpected argument more'],
    [['on-call', 'now', '--person', 'ben'], 'takes no --person'],
    [['on-call', 'shifts', 'primary', '--from', '2026-03-29T00:00'], 'expected a time with its zone'],
    [['on-call', 'override', 'primary', '--for', '2h', '--comment', 'x'], 'expected --person'],
    [['on-call', 'override', 'primary', '--person', 'ben', '--for', '2h'], 'expected --comment'],
    [['on-call', 'override', 'primary', '--person', 'ben', '--comment', 'x'], 'expected either --for'],
    [['on-call', 'override', 'primary', '--person', 'ben', '--comment', 'x', '--for', '2'], 'expected a duration'],
  ])('%j are refused', (args, message) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(message);
  });
});

describe('tocsin on-call check', () => {
  const check = (file: string, channels?: readonly string[]): readonly string[] =>
    formatOnCallCheck(checkOnCallFile({ file, channels }, NOW)).map((line) => line.replaceAll(`${directory}/`, ''));

  it('says what would be loaded', () => {
    expect(check('docs/on-call.yml')).toEqual([
      '6 people, 2 schedules, 2 policies',
      'somebody is on call at every moment of the next year',
      expect.stringMatching(/^version [\da-f]{64}$/),
    ]);
  });

  it('R47: points at a gap, with its time in the zone of the schedule', () => {
    const gap = example.replace('starts: 2026-01-05 09:00', 'starts: 2026-02-09 09:00');
    expect(check(fileWith('gap.yml', gap))).toEqual([
      [
        'gap.yml:49:7: schedules.0.rotations: nobody is on call from 2026-02-01 17:00 Europe/Berlin until 2026-02-07 09:00 Europe/Berlin, for 5 d 16 h',
        '          - people: [asha, ben, chloe]',
        '          ^',
      ].join('\n'),
      expect.stringContaining('nobody is on call from 2026-02-07 17:00 Europe/Berlin until 2026-02-08 09:00'),
      expect.stringContaining('nobody is on call from 2026-02-08 17:00 Europe/Berlin until 2026-02-09 09:00'),
      '3 problems: nothing would be loaded',
    ]);
  });

  it('warns of channels that are not there', () => {
    expect(check('docs/on-call.yml', ['pagerduty', 'email'])[0]?.split('\n')[0]).toBe(
      'warning: docs/on-call.yml:11:18: people.0.contacts.1.channel: there is no channel slack, which the plan names 2 times',
    );
  });

  it('ends with 0, 1 or 2', () => {
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [MAIN, 'on-call', 'check', ...args], { encoding: 'utf8' });
    const fine = run('docs/on-call.yml', '--json');
    expect([fine.status, JSON.parse(fine.stdout)]).toMatchObject([0, { problems: [], plan: { schedules: 2 } }]);
    const wrong = run(fileWith('wrong.yml', example.replace('people: [emma]', 'people: [ema]')));
    expect([wrong.status, wrong.stdout]).toMatchObject([1, expect.stringContaining('did you mean emma?')]);
    expect(run(join(directory, 'none.yml'))).toMatchObject({ status: 2, stdout: expect.stringContaining('ENOENT') });
  });
});

describe('what tocsin on-call shows', () => {
  const NINE = Date.parse('2026-02-02T08:00:00Z');
  const override = {
    scheduleOverrideId: 'so-1',
    schedule: 'primary',
    person: 'ben',
    fromMs: NOW,
    untilMs: NOW + HOUR_MS,
    madeBy: 'user:asha',
    comment: 'dentist',
    madeAt: NOW,
    withdrawnAt: null,
    withdrawnBy: null,
  };
  const gap = { schedule: 'primary', fromMs: NINE, untilMs: NINE + HOUR_MS };
  const plan = {
    version: 3,
    sha256: 'a'.repeat(64),
    source: 'on-call.yml',
    isFile: true,
    loadedAt: NOW,
    loadedBy: 'system:file',
  };
  const now = {
    atMs: NOW,
    plan,
    schedules: [
      {
        schedule: 'primary',
        timeZone: 'Europe/Berlin',
        person: 'asha',
        scheduleOverrideId: null,
        untilMs: NINE,
        next: { person: null, fromMs: NINE },
      },
      { schedule: 'sun', timeZone: 'UTC', person: null, scheduleOverrideId: null, untilMs: null, next: null },
    ],
    policies: [
      {
        policy: 'default',
        levels: [
          {
            level: 1,
            waitMs: 300_000,
            reached: [
              { person: 'asha', channel: 'pagerduty' },
              { person: null, channel: 'slack' },
            ],
            nobody: ['schedule sun names nobody'],
          },
        ],
      },
    ],
    gaps: [gap],
    overrides: [override],
    warnings: [{ pointer: '/plan/vp', detail: 'sleeps' }],
    lastReload: {
      askedVersion: null,
      askedAt: null,
      askedBy: null,
      refusedAt: NOW,
      refusedSource: 'on-call.yml',
      refusedProblems: ['on-call.yml:1:1: wrong'],
    },
  };
  const asked: unknown[] = [];
  const apiOf = (answer: unknown): ApiClient => ({
    url: new URL('http://tocsin.test'),
    get: async (path) => (asked.push(path), answer),
    post: async (path, body) => (asked.push(path, body), answer),
    stream: () => {
      throw new Error('not asked');
    },
    delete: async (path) => (asked.push(path), answer),
  });
  beforeEach(() => void asked.splice(0));

  it('who is on call, what comes, and whom each level calls', async () => {
    const { lines, isFinding } = await askOnCall(apiOf(now), { action: 'now' }, NOW);
    expect(lines).toEqual([
      'schedule  on call  then                              from',
      'primary   asha     nobody  2026-02-02 09:00 Europe/Berlin',
      'sun       nobody   -                                    -',
      '',
      'policy   level  waits  calls',
      'default      1  5 min  asha (pagerduty), slack, schedule sun names nobody',
      '',
      'override  schedule  person                 from             to (UTC)  by         comment',
      'so-1      primary   ben     2026-02-01 12:00:00  2026-02-01 13:00:00  user:asha  dentist',
      'gap: primary names nobody from 2026-02-02 09:00 Europe/Berlin for 1 h',
      'warning: /plan/vp: sleeps',
      'refused: on-call.yml:1:1: wrong',
    ]);
    expect(isFinding).toBe(true);
    const none = await askOnCall(apiOf({ ...now, plan: null, gaps: [] }), { action: 'now' }, NOW);
    expect([none.lines, none.isFinding]).toEqual([
      ['no plan is loaded: every channel for pages gets every page'],
      false,
    ]);
  });

  it('shifts in the zone of the schedule', async () => {
    const shifts = [
      { fromMs: NOW, untilMs: NINE, person: 'asha', scheduleOverrideId: null },
      { fromMs: NINE, untilMs: NINE + HOUR_MS, person: null, scheduleOverrideId: null },
    ];
    const answer = { schedule: 'primary', timeZone: 'Europe/Berlin', fromMs: NOW, untilMs: NINE, shifts, gaps: [gap] };
    const { lines } = await askOnCall(apiOf(answer), { action: 'shifts', schedule: 'primary', from: NOW }, NOW);
    expect(lines).toEqual([
      '                          from   for  primary',
      '2026-02-01 13:00 Europe/Berlin  20 h  asha',
      '2026-02-02 09:00 Europe/Berlin   1 h  nobody',
      'gap: primary names nobody from 2026-02-02 09:00 Europe/Berlin for 1 h',
    ]);
    expect(asked).toEqual([`/v1/on-call/schedules/primary?from=${NOW}`]);
  });

  it('an override that fills a gap, and the withdrawal that opens it', async () => {
    const wanted = { schedule: 'primary', person: 'ben', comment: 'dentist', forMs: HOUR_MS };
    const made = apiOf({ override, fills: [gap], opens: [], gaps: [] });
    const { lines } = await askOnCall(made, { action: 'override', override: wanted }, NOW);
    expect(lines.at(-1)).toBe('fills a gap of 1 h from 2026-02-02 08:00:00 UTC');
    const body = { schedule: 'primary', person: 'ben', comment: 'dentist', untilMs: NOW + HOUR_MS };
    expect(asked).toEqual(['/v1/on-call/overrides', body]);
    const withdrawn = apiOf({ override: { ...override, withdrawnAt: NOW }, fills: [], opens: [gap], gaps: [] });
    const ended = await askOnCall(withdrawn, { action: 'withdraw', scheduleOverrideId: 'so-1' }, NOW);
    expect(ended.lines.slice(-2)).toEqual(['withdrawn', 'opens a gap of 1 h from 2026-02-02 08:00:00 UTC']);
    expect(ended.isFinding).toBe(true);
  });

  it('a plan that is loaded', async () => {
    const loaded = apiOf({ plan: now.plan, warnings: [] });
    const wanted = { action: 'load', file: 'docs/on-call.yml', replacesFile: false } as const;
    expect((await askOnCall(loaded, wanted, NOW)).lines).toEqual([
      'plan 3 is in force, since 2026-02-01 12:00:00 UTC, by on-call.yml',
    ]);
    expect(asked).toMatchObject(['/v1/on-call', { replacesFile: false, plan: { vp: { person: 'victor' } } }]);
    const wrong = fileWith('no-policy.yml', 'people: []\npolicies: []\n');
    await expect(askOnCall(loaded, { ...wanted, file: wrong }, NOW)).rejects.toThrow('expected a policy without when');
  });
});
