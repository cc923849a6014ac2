import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { readRuleTestFile, type RuleTestFile } from '#config';
import { decisionId, type MaintenanceWindow, maintenanceWindowSchema } from '#contracts';
import { judgeRuleTest, playRuleTest, type RuleTest, type RuleTestVerdict } from '#domain';
import { UsageError } from './arguments.js';
import type { Paint } from './paint.js';
import { readRuleSet } from './rule-set.js';

/** Where tests begin that do not say when: the minute of the outage of 2021. */
const STARTS_AT_MS = Date.UTC(2021, 6, 22, 11, 47);
/** Twice what the target of a rollback must have been good for. */
const GOOD_FOR_MS = 172_800_000;

/** What the tests of one file came to. */
export interface RuleTestReport {
  readonly file: string;
  readonly verdicts: readonly RuleTestVerdict[];
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type TestedWindow = RuleTestFile['tests'][number]['maintenance'][number];

const breakthroughOf = ({
  success_below: successBelow,
  impact_above: impactAbove,
  silent_above: silentAbove,
}: NonNullable<TestedWindow['breakthrough']>): MaintenanceWindow['breakthrough'] => {
  return { successBelow, impactAbove, ...(silentAbove !== undefined && { silentAbove }) };
};

/** A window of one day, by the clock of UTC. */
const windowOf = ({ name, where = {}, between, breakthrough }: TestedWindow, startsAtMs: number): MaintenanceWindow => {
  const [date = '', time = ''] = new Date(startsAtMs + between.fromMs).toISOString().split('T');
  const worse = breakthrough === undefined ? {} : { breakthrough: breakthroughOf(breakthrough) };
  const durationMs = between.toMs - between.fromMs;
  const window = { name, where, timeZone: 'UTC', date, startsAt: time.slice(0, 5), durationMs, ...worse };
  return maintenanceWindowSchema.parse(window);
};

const startOf = (starts: string | undefined): number =>
  starts === undefined ? STARTS_AT_MS : Math.floor(Date.parse(starts) / 1_000) * 1_000;

/** What may be gone back to: what the fleet runs, unless the test says otherwise. */
const releasesOf = (
  given: RuleTestFile['tests'][number]['releases'],
  fleet: RuleTestFile['fleet'],
): RuleTest['releases'] => {
  const nodes = Object.values(fleet.regions).reduce((sum, region) => sum + region.nodes, 0);
  const own = { release: fleet.release, good_for: GOOD_FOR_MS, nodes, safe: true, rehearsed: true };
  return (given ?? [own]).map(({ release, good_for: goodForMs, nodes: on, safe: isSafe, rehearsed: isRehearsed }) => {
    return { release, goodForMs, nodes: on, isSafe, isRehearsed };
  });
};

const testsOf = ({ fleet, customers, starts, on_call: onCall, tests }: RuleTestFile): readonly RuleTest[] =>
  tests.map(({ test, runs, telemetry, releases, silences, maintenance, obeys_after: obeysAfterMs, expect }) => ({
    name: test,
    startsAtMs: startOf(starts),
    runsMs: runs,
    fleet: {
      regions: Object.entries(fleet.regions).map(([region, each]) => ({ region, ...each })),
      release: fleet.release,
      queriesPerSecond: fleet.queries,
    },
    customers: customers.map(({ id, name = id, tier, critical }) => ({
      customerId: id,
      name,
      tier,
      critical,
      zone: `${id.toLowerCase()}.example`,
    })),
    releases: releasesOf(releases, fleet),
    changes: telemetry.map(({ at, queries, silent, tickets, latency, ...rest }) => ({
      ...rest,
      atMs: at,
      queriesPerSecond: queries,
      isSilent: silent,
      ticketsPerMinute: tickets,
      latencyMs: latency,
    })),
    silences,
    maintenance: maintenance.map((window) => windowOf(window, startOf(starts))),
    onCall,
    obeysAfterMs,
    expectations: expect,
  }));

/** Plays the tests of a file; throws a UsageError with everything that is wrong with it. */
export const runRuleTests = (path: string, onTest: (name: string) => void): RuleTestReport => {
  const { config, problems } = readRuleTestFile(path);
  if (problems !== undefined) throw new UsageError(problems.join('\n'));
  const rulesPath = config.rules === undefined ? undefined : resolve(dirname(path), config.rules);
  const rules = {
    ruleSet: readRuleSet(rulesPath),
    sha256,
    hash: decisionId,
  };
  const verdicts = testsOf(config).map((test) => {
    onTest(test.name);
    return judgeRuleTest(test, playRuleTest(test, rules));
  });
  return { file: path, verdicts };
};

/** A report for people: a line for each test, and for one that failed what there was instead. */
export const formatRuleTests = ({ file, verdicts }: RuleTestReport, paint: Paint): readonly string[] => [
  file,
  ...verdicts.flatMap(({ test, isPassed, verdicts: all, faults }) => [
    `  ${isPassed ? paint.good('ok  ') : paint.bad('FAIL')} ${test}`,
    ...faults.map((fault) => `       ${fault}`),
    ...all
      .filter(({ isMet }) => !isMet)
      .flatMap(({ text, found }) => [`       expected ${text}`, ...found.map((line) => `         ${line}`)]),
  ]),
];

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** XML has no control characters, not even escaped. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;
const escaped = (text: string): string =>
  text.replace(UNPRINTABLE, '\ufffd').replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

const failureOf = ({ verdicts, faults }: RuleTestVerdict): string => {
  const missed = verdicts.filter(({ isMet }) => !isMet);
  const lines = [...faults, ...missed.flatMap(({ text, found }) => [`expected ${text}`, ...found])];
  const [first = 'failed'] = lines;
  return `<failure message="${escaped(first)}">${escaped(lines.join('\n'))}</failure>`;
};

/** Reports as JUnit XML, which build servers read. */
export const junitOf = (reports: readonly RuleTestReport[]): string => {
  const suites = reports.map(({ file, verdicts }) => {
    const failures = verdicts.filter(({ isPassed }) => !isPassed).length;
    const cases = verdicts.map((verdict) => {
      const begin = `    <testcase classname="${escaped(file)}" name="${escaped(verdict.test)}"`;
      return verdict.isPassed ? `${begin}/>` : `${begin}>${failureOf(verdict)}</testcase>`;
    });
    const head = `  <testsuite name="${escaped(file)}" tests="${verdicts.length}" failures="${failures}">`;
    return [head, ...cases, '  </testsuite>'].join('\n');
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>'].join('\n');
};
