import { readPlanFile } from '#config';
import { DEFAULT_PLAN, type RolloutPlan } from '#contracts';
import { checkPlan, type Simulation, simulateStage } from '#domain';
import type { GateAsked } from './gate-arguments.js';
import { formatTable } from './table.js';
import { UsageError } from './usage-error.js';

/** What a simulation answers, as `--json` prints it; `problems` where the plan cannot be used. */
export type GateReport =
  | ({ readonly stage: string; readonly problems?: undefined } & Simulation)
  | { readonly problems: readonly string[] };

const readPlan = (path: string): { readonly plan?: RolloutPlan; readonly problems?: readonly string[] } => {
  if (path === 'default') return { plan: DEFAULT_PLAN };
  const { config, problems } = readPlanFile(path, checkPlan);
  return config === undefined ? { problems } : { plan: config };
};

/** Runs the gate of a stage as often as was asked, by the code that judges rollouts. */
export const simulateGate = (asked: GateAsked): GateReport => {
  const { plan, problems = [] } = readPlan(asked.plan);
  if (plan === undefined) return { problems };
  const names = plan.stages.map(({ name }) => name);
  const stage = plan.stages.find(({ name }) => name === (asked.stage ?? names[0]));
  if (stage === undefined) throw new UsageError(`--stage ${asked.stage}: expected ${names.join(', ')}`);
  return { stage: stage.name, ...simulateStage({ ...asked, stage }, asked.runs, asked.seed) };
};

const seconds = (value: number | null): string => (value === null ? '-' : `${value} s`);
const percent = (part: number, all: number): string => `${((100 * part) / all).toFixed(1)} %`;

/** A simulation, for people. */
export const formatGate = (report: GateReport, { failureRate, qps }: GateAsked): readonly string[] => {
  if (report.problems !== undefined) return report.problems;
  const { stage, runs, stopped, promoted, undecided, medianSecondsToStop, medianSecondsToPromote } = report;
  return [
    `${stage}: ${runs} runs of a build that fails ${Number((100 * failureRate).toPrecision(6))} % at ${qps} queries a second`,
    ...formatTable(
      ['verdict', 'runs', 'share', 'median'],
      [
        ['stopped', String(stopped), percent(stopped, runs), seconds(medianSecondsToStop)],
        ['promoted', String(promoted), percent(promoted, runs), seconds(medianSecondsToPromote)],
        ['undecided', String(undecided), percent(undecided, runs), '-'],
      ],
    ),
  ];
};
