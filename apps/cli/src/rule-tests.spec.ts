import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_RULES } from '#testing';
import { createPaint } from './paint.js';
import { formatRuleTests, junitOf, runRuleTests } from './rule-tests.js';

const FLEET = `
fleet:
  release: v2.1.4+c41
  regions:
    us-east: { pops: 2, nodes: 4 }
customers:
  - { id: delta, tier: tier1 }
`;
const paint = createPaint(false, {});

describe('tocsin test', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tocsin-rule-tests-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const run = (text: string) => {
    const path = join(folder, 'rules.test.yml');
    writeFileSync(path, FLEET + text);
    return { path, ...runRuleTests(path, () => undefined) };
  };

  it('B12: says who is paged when; what is missed is told with what there was, and as JUnit', () => {
    const report = run(`
tests:
  - test: half of all "answers" fail
    runs: 20s
    telemetry:
      - { at: 10s, failing: 50 % }
    expect:
      - { page: default, between: 10s..15s }
      - { alert: dns_resolution_success_rate, is: firing, on: fleet, at: 19s }
  - test: pages & <calm>
    runs: 5s
    expect:
      - { page: default, between: 0s..5s, count: 2.. }
`);
    expect(formatRuleTests(report, paint)).toEqual([
      report.path,
      '  ok   half of all "answers" fail',
      '  FAIL pages & <calm>',
      '       expected at least 2 page default between 0s and 5s',
      '         there were 0',
      '         nothing of the kind happened',
    ]);
    const xml = junitOf([report]).replaceAll(report.path, 'F');
    expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="F" tests="2" failures="1">
    <testcase classname="F" name="half of all &quot;answers&quot; fail"/>
    <testcase classname="F" name="pages &amp; &lt;calm&gt;"><failure message="expected at least 2 page default between 0s and 5s">expected at least 2 page default between 0s and 5s
there were 0
nothing of the kind happened</failure></testcase>
  </testsuite>
</testsuites>`);
  });

  const shipped = (name: string) =>
    runRuleTests(fileURLToPath(new URL(`../../../../rules/tests/${name}`, import.meta.url)), () => undefined);
  const failed = ({ verdicts }: ReturnType<typeof shipped>) => verdicts.filter(({ isPassed }) => !isPassed);

  it('B12: the outage of 2021 is the first test of the shipped rules, and passes', () => {
    expect(failed(shipped('outage-2021.yml'))).toEqual([]);
  });

  it('B12, B16: silences, maintenance and who has duty decide who is paged, and what is muted is recorded', () => {
    expect(failed(shipped('quiet.yml'))).toEqual([]);
  });

  it('R14, R15, R16, R18, R19, R20, R21, R22, R23, R24: every shipped rule fires for what it is for, for no less, and is unknown without data', () => {
    const report = shipped('pack.yml');
    expect(failed(report)).toEqual([]);
    const asked = report.verdicts.flatMap(({ verdicts }) =>
      verdicts.flatMap(({ expectation: each }) => (each.kind === 'alert' ? [`${each.rule} ${each.state}`] : [])),
    );
    for (const { name } of DEFAULT_RULES)
      expect(asked).toEqual(expect.arrayContaining([`${name} firing`, `${name} inactive`, `${name} unknown`]));
  });

  it('restart_loops, traffic_change, failing_regions: rules of one’s own fire for what they are for, and for no less', () => {
    const report = shipped('own-rules.test.yml');
    expect(failed(report)).toEqual([]);
    expect(report.verdicts).toHaveLength(3);
  });

  it('tells everything that is wrong with a file, where it stands', () => {
    const wrong = (): unknown =>
      run(`
tests:
  - test: x
    telemetry:
      - { at: 10s, failing: 77, wehre: {} }
    expect:
      - { alert: x, is: burning, at: 5s..1s }
`);
    expect(wrong).toThrow(/:12:29: tests\.0\.telemetry\.0\.failing: expected per cent, such as 25 % or 0\.05 %\n/);
    expect(wrong).toThrow(/:12:33: tests\.0\.telemetry\.0\.wehre: there is no such key; did you mean where\?\n/);
    expect(wrong).toThrow(/:14:9: tests\.0\.expect\.0: expected one of: alert, is, at;/);
  });

  it('tells what a test of silences, maintenance and duty has wrong, where it stands', () => {
    const wrong = (): unknown =>
      run(`
starts: 2021-07-22T11:46:00Z
on_call: [{ person: alice, between: 0s..30s }]
tests:
  - test: x
    silences: [{ where: { regoin: europe }, between: 5s..5s }]
    maintenance:
      - { name: work, between: 10s..1m }
    expect:
      - { page: default, to: bob, between: 0s..5s }
`);
    expect(wrong).toThrow(/:13:27: tests\.0\.silences\.0\.where\.regoin: there is no such key; did you mean region\?/);
    expect(wrong).toThrow(/:13:54: tests\.0\.silences\.0\.between: expected two times/);
    expect(wrong).toThrow(/:15:32: tests\.0\.maintenance\.0\.between: expected a begin in whole/);
  });

  it('refuses an expectation of somebody who has no duty, and a window that could not begin by the clock', () => {
    const wrong = (): unknown =>
      run(`
starts: 2021-07-22T11:46:30Z
on_call: [{ person: alice, between: 0s..30s }]
tests:
  - test: x
    maintenance:
      - { name: work, between: 0s..1m }
    expect:
      - { page: default, to: bob, between: 0s..5s }
`);
    expect(wrong).toThrow(/:14:9: tests\.0\.maintenance\.0: starts must be a whole minute/);
    expect(wrong).toThrow(/:16:30: tests\.0\.expect\.0\.to: bob is not in on_call\n +.*\n +\^/);
  });
});
