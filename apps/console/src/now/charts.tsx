import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useHolding } from '../api/held.js';
import { useNow } from '../time/clock.js';
import { RangePicker } from '../time/range-picker.js';
import { Card } from '../ui/card.js';
import { Chart } from '../ui/chart.js';
import type { Mark } from '../ui/chart-marks.js';
import { Failure } from '../ui/failure.js';
import { latency, percent, share } from '../ui/figures.js';
import { Mark as State } from '../ui/mark.js';
import { FLEET_SERIES, type NowAnswer, type OpenIncident, RELEASE_SERIES } from './now-document.js';
import { rolesOf } from './roles.js';
import { byRelease, fleetLines, latencyLine } from './series.js';
import { type Second, TREND_STEPS, trendOf } from './trend.js';
import { isLive, useSeriesOf } from './use-series-of.js';

/** Second by second, as it is judged. */
const STEP_MS = 1_000;
/** Every release has a line in every region: at 5 s the eight of a rollout are 960 steps, not 4,800. */
const RELEASE_STEP_MS = 5_000;
/** Seconds that were read longer ago tell nothing of now. */
const TOLD_MS_MAX = 10_000;

/** What happened, for the time axis. */
export const marksOf = (answer: NowAnswer, incident: OpenIncident | undefined): Mark[] => {
  const marks: Mark[] = [];
  const add = (at: string | null, label: string, token: string) =>
    at !== null && marks.push({ at: Date.parse(at), label, token });
  for (const { stages, release } of answer.rollouts.nodes)
    for (const { stage, reachedAt } of stages) add(reachedAt, `${release.softwareVersion} ${stage}`, '--link');
  if (incident === undefined) return marks;
  add(incident.onsetAt, 'first failure', '--bad');
  add(incident.openedAt, 'incident', '--bad');
  for (const { decidedAt, endedAt, status } of incident.rollbacks) {
    add(decidedAt, 'rollback', '--good');
    if (status === 'completed') add(endedAt, 'recovered', '--good');
  }
  return marks;
};

const TRENDS = {
  worse: ['bad', 'getting worse'],
  better: ['good', 'getting better'],
  steady: ['still', 'steady'],
} as const;

interface GoingProps {
  /** Undefined: they are not read yet. */
  readonly steps: readonly Second[] | undefined;
  /** When they were read, in ms since the epoch; 0: never. */
  readonly readAt: number;
}

/** The answer in words; what a line of a chart shows to who sees it. */
const Going = ({ steps, readAt }: GoingProps) => {
  const clock = useNow();
  const now = useHolding().held?.at ?? clock;
  const trend = useMemo(() => trendOf(steps ?? []), [steps]);
  if (steps === undefined) return <State tone="still">not read yet</State>;
  if (now - readAt > TOLD_MS_MAX) return <State tone="still">nothing newer could be read</State>;
  if (trend === null) return <State tone="still">too little was asked to say</State>;
  const [tone, word] = TRENDS[trend.direction];
  return (
    <span className="quiet">
      <State tone={tone}>{word}</State>
      {` ${share(trend.newest)} in the last ${TREND_STEPS} s, ${share(trend.before)} in the ${TREND_STEPS} s before`}
    </span>
  );
};

interface ChartsProps {
  readonly answer: NowAnswer;
  readonly incident: OpenIncident | undefined;
}

/** The lines of the three charts over the time that was chosen, and why some of them are not there. */
const useLines = ({ answer, incident }: ChartsProps) => {
  const search = useSearch({ from: '/' });
  const fleet = useSeriesOf('fleet', FLEET_SERIES, STEP_MS, search);
  const releases = useSeriesOf('releases', RELEASE_SERIES, RELEASE_STEP_MS, search);
  const marks = useMemo(() => marksOf(answer, incident), [answer, incident]);
  const whole = useMemo(() => fleetLines(fleet.steps ?? []), [fleet.steps]);
  const slow = useMemo(() => latencyLine(fleet.steps ?? []), [fleet.steps]);
  const roles = useMemo(() => rolesOf(incident?.causes ?? [], answer.rollouts.nodes), [answer, incident]);
  const parted = useMemo(
    () => byRelease(releases.steps ?? [], roles, { stepMs: releases.stepMs, until: whole.times.at(-1) ?? 0 }),
    [releases.steps, releases.stepMs, roles, whole],
  );
  return { isNow: isLive(search), fleet, releases, marks, whole, slow, parted };
};

/** Success and latency over time with what happened, and each release beside the others. */
export const Charts = (props: ChartsProps) => {
  const { isNow, fleet, releases, marks, whole, slow, parted } = useLines(props);
  const { lines, times, hidden } = parted;
  return (
    <Card title="How bad, and is it getting worse" className="charts" aside={<RangePicker />}>
      <p className="going">
        {isNow ? (
          <Going steps={fleet.steps} readAt={fleet.readAt} />
        ) : (
          <span className="quiet">The charts are of the time that was chosen; all else is of now.</span>
        )}
        {hidden > 0 && (
          <span className="quiet">{` · ${hidden} ${hidden === 1 ? 'release' : 'releases'} with less traffic not drawn`}</span>
        )}
      </p>
      {fleet.error !== null && <Failure of="the series" error={fleet.error} />}
      {releases.error !== null && <Failure of="the series of the releases" error={releases.error} />}
      {fleet.steps?.every(({ good, bad }) => good + bad === 0) === true && (
        <p className="quiet">Nothing was measured in this time: no telemetry is neither healthy nor failing.</p>
      )}
      <div className="pair">
        <Chart title="Success of the fleet" {...whole} marks={marks} format={percent} />
        <Chart title="Success by release" times={times} lines={lines} marks={marks} format={percent} />
        <Chart title="p99 of the fleet" {...slow} marks={marks} format={latency} />
      </div>
    </Card>
  );
};
