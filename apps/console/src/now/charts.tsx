import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { RangePicker } from '../time/range-picker.js';
import { Card } from '../ui/card.js';
import { Chart } from '../ui/chart.js';
import type { Mark } from '../ui/chart-marks.js';
import { Failure } from '../ui/failure.js';
import { latency, percent, share } from '../ui/figures.js';
import { Mark as State } from '../ui/mark.js';
import { FLEET_SERIES, type NowAnswer, type OpenIncident, RELEASE_SERIES } from './now-document.js';
import { byRelease, fleetLines, latencyLine } from './series.js';
import { type Second, TREND_STEPS, trendOf } from './trend.js';
import { isLive, useSeriesOf } from './use-series-of.js';

/** Second by second, as it is judged. */
const STEP_MS = 1_000;
/** Every release has a line in every region: at 5 s the eight of a rollout are 960 steps, not 4,800. */
const RELEASE_STEP_MS = 5_000;

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

/** The answer in words; what a line of a chart shows to who sees it. */
const Going = ({ steps }: { readonly steps: readonly Second[] }) => {
  const trend = useMemo(() => trendOf(steps), [steps]);
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

/** Success and latency over time with what happened, and each release beside the others. */
export const Charts = ({ answer, incident }: ChartsProps) => {
  const search = useSearch({ from: '/' });
  const { steps: fleet, error } = useSeriesOf('fleet', FLEET_SERIES, STEP_MS, search);
  const { steps: releases } = useSeriesOf('releases', RELEASE_SERIES, RELEASE_STEP_MS, search);
  const marks = useMemo(() => marksOf(answer, incident), [answer, incident]);
  const whole = useMemo(() => fleetLines(fleet ?? []), [fleet]);
  const slow = useMemo(() => latencyLine(fleet ?? []), [fleet]);
  const parted = useMemo(() => byRelease(releases ?? []), [releases]);
  return (
    <Card
      title="How bad, and is it getting worse"
      className="charts"
      aside={
        <>
          {isLive(search) && <Going steps={fleet ?? []} />}
          <RangePicker />
        </>
      }
    >
      {error !== null && <Failure of="the series" error={error} />}
      {!isLive(search) && <p className="quiet">The charts are of the time that was chosen; all else is of now.</p>}
      {fleet?.length === 0 && (
        <p className="quiet">Nothing was measured in this time: no telemetry is neither healthy nor failing.</p>
      )}
      <div className="pair">
        <Chart title="Success of the fleet" {...whole} marks={marks} format={percent} />
        <Chart title="Success by release" {...parted} marks={marks} format={percent} />
        <Chart title="p99 of the fleet" {...slow} marks={marks} format={latency} />
      </div>
    </Card>
  );
};
