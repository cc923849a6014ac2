import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Asked } from './arguments.js';
import { checkRules, formatCheck } from './check.js';
import { formatDnstap, readDnstap } from './dnstap.js';
import { EXIT, type Exit, type Shown } from './exit.js';
import { formatGate, simulateGate } from './gate-simulation.js';
import { checkOnCallFile, formatOnCallCheck } from './on-call-check.js';
import type { ReplayAsked } from './replay-arguments.js';
import { answerReplay } from './replay-command.js';
import { formatRuleTests, junitOf, runRuleTests } from './rule-tests.js';
import { paintOf, type Surroundings, tellOf } from './surroundings.js';

type Command<C extends Asked['command']> = (
  asked: Extract<Asked, { command: C }>,
  at: Surroundings,
) => Shown | Promise<Shown>;

const findingIf = (isFinding: boolean): Exit => (isFinding ? EXIT.finding : EXIT.ok);

/** A file that is not there is the fault of who typed; what is wrong in it is a finding. */
const exitOfFile = (problems: readonly string[], isGood: boolean): Exit =>
  problems.some((problem) => /: cannot be read \(/.test(problem)) ? EXIT.usage : findingIf(!isGood);

/** Whether a plan can be loaded. */
export const onCallCheck: Command<'on-call check'> = (asked, at) => {
  const report = checkOnCallFile(asked, at.nowMs());
  const exit = exitOfFile(report.problems, report.plan !== null);
  return { json: report, lines: () => formatOnCallCheck(report), exit };
};

/** What is in a recording of a DNS server. */
export const dnstap: Command<'dnstap'> = async (asked) => {
  const report = await readDnstap(asked.path, asked.zones);
  const exit = report.end.kind === 'foreign' ? EXIT.usage : findingIf(!report.complete);
  return { json: report, lines: () => formatDnstap(report), exit };
};

/** The recorded log once more. */
export const replay = async (asked: ReplayAsked, at: Surroundings): Promise<Shown> => {
  const { environment, directory, screen, nowMs, pause } = at;
  const { json, lines, isFinding } = await answerReplay(asked, {
    environment,
    directory,
    paint: paintOf(at),
    screen,
    nowMs,
    pause,
  });
  return { json, lines: () => lines, exit: findingIf(isFinding) };
};

/** Plays tests of rules. */
export const ruleTests: Command<'test'> = ({ paths, junit }, at) => {
  const tell = tellOf(at);
  const reports = paths.map((path) => runRuleTests(path, (name) => tell(`playing: ${name}`)));
  if (junit !== undefined) writeFileSync(resolve(at.directory, junit), `${junitOf(reports)}\n`);
  const isPassed = reports.every(({ verdicts }) => verdicts.every((each) => each.isPassed));
  const lines = () => reports.flatMap((report) => formatRuleTests(report, paintOf(at)));
  return { json: reports, lines, exit: findingIf(!isPassed) };
};

/** Whether rules can be loaded. */
export const check: Command<'check'> = (asked) => {
  const report = checkRules(asked);
  return { json: report, lines: () => formatCheck(report), exit: exitOfFile(report.problems, report.set !== null) };
};

/** How often the gate of a stage stops a build. */
export const gateSimulation: Command<'gate simulate'> = (asked) => {
  const report = simulateGate(asked);
  const exit = report.problems === undefined ? EXIT.ok : EXIT.usage;
  return { json: report, lines: () => formatGate(report, asked), exit };
};
