import type { RolloutPlan, Stage } from '#contracts';

/** Something of a plan that is not allowed, and where it stands: keys, and places in lists. */
export interface PlanFinding {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What the study forbids (R40): 25 % at once, and a canary that skips 1 %. The first stage is at most 1 % of the nodes, the second 5 %, and
 * each later one brings the release to at most 20 points more.
 */
const FIRST_PERCENT_MAX = 1;
const SECOND_PERCENT_MAX = 5;
const STEP_POINTS_MAX = 20;
/** A gate that lets more than this fail is none: a release is to blame from 5 points on (RAIL-2). */
const FAULTY_MAX = 0.05;
/** What binary fractions of a share may be above it. */
const ROUNDING = 1e-9;

const shareFinding = ({ sharePercent }: Stage, index: number, before: number): string | undefined => {
  if (sharePercent <= before) return `expected more than the ${before} % of the stage before`;
  if (index === 0) return sharePercent > FIRST_PERCENT_MAX ? `expected at most ${FIRST_PERCENT_MAX} %` : undefined;
  if (index === 1) return sharePercent > SECOND_PERCENT_MAX ? `expected at most ${SECOND_PERCENT_MAX} %` : undefined;
  const isTooFar = sharePercent - before > STEP_POINTS_MAX + ROUNDING;
  return isTooFar ? `expected at most ${STEP_POINTS_MAX} points more than the ${before} % before` : undefined;
};

const gateFindings = ({ gate }: Stage, index: number): readonly PlanFinding[] =>
  (['failing', 'customerFailing'] as const)
    .filter((test) => (gate[test]?.faulty ?? 0) > FAULTY_MAX)
    .map((test) => ({
      path: ['stages', index, 'gate', test, 'faulty'],
      message: `expected at most ${100 * FAULTY_MAX} %: a gate that lets more fail is none`,
    }));

const stageFindings = (stage: Stage, index: number, stages: readonly Stage[]): readonly PlanFinding[] => {
  const ofShare = shareFinding(stage, index, stages[index - 1]?.sharePercent ?? 0);
  const isNamedAgain = stages.findIndex(({ name }) => name === stage.name) < index;
  return [
    ...(isNamedAgain ? [{ path: ['stages', index, 'name'], message: `there is another stage ${stage.name}` }] : []),
    ...(ofShare === undefined ? [] : [{ path: ['stages', index, 'sharePercent'], message: ofShare }]),
    ...gateFindings(stage, index),
  ];
};

/** Everything of a plan that is not allowed; of a small fleet each share is rounded up to a whole node. */
export const checkPlan = ({ stages }: RolloutPlan): readonly PlanFinding[] => {
  const findings = stages.flatMap(stageFindings);
  const last = stages.at(-1)?.sharePercent;
  if (last === 100) return findings;
  return [
    ...findings,
    { path: ['stages', stages.length - 1, 'sharePercent'], message: 'expected 100 % of the last stage' },
  ];
};
