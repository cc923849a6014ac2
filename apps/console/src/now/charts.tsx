import { useMemo } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { Card } from '../ui/card.js';
import { Chart } from '../ui/chart.js';
import type { Mark } from '../ui/chart-marks.js';
import { Failure } from '../ui/failure.js';
import { latency, percent } from '../ui/figures.js';
import { FLEET_SERIES, type NowAnswer, type OpenIncident, RELEASE_SERIES } from './now-document.js';
import { byRelease, fleetLines, latencyLine } from './series.js';

/** Second by second, as it is judged. */
const SECONDS = { step: 1_000 };
/** A release in a region is a line of its own: 600 steps of 16 of them are within what one answer may have. */
const RELEASE_SECONDS = { step: 1_000 };
const EVERY_MS = 1_000;

/** What happened, for the time axis. */
export const marksOf = (answer: NowAnswer, incident: OpenIncident | undefined): Mark[] => {
  const marks: Mark[] = [];
  const add = (at: string | null, label: string, token: string) => at !== null && marks.push({ at: Date.parse(at), label, token });
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

interface ChartsProps {
  readonly answer: NowAnswer;
  readonly incident: OpenIncident | undefined;
}

/** Success and latency over time with what happened, and each release beside the others. */
export const Charts = ({ answer, incident }: ChartsProps) => {
  const { data: fleet, error } = useAnswer('fleet-series', FLEET_SERIES, SECONDS, { everyMs: EVERY_MS });
  const { data: releases } = useAnswer('release-series', RELEASE_SERIES, RELEASE_SECONDS, { everyMs: EVERY_MS });
  const marks = useMemo(() => marksOf(answer, incident), [answer, incident]);
  const whole = useMemo(() => fleetLines(fleet?.windows?.windows ?? []), [fleet]);
  const slow = useMemo(() => latencyLine(fleet?.windows?.windows ?? []), [fleet]);
  const parted = useMemo(() => byRelease(releases?.windows?.windows ?? []), [releases]);
  return (
    <Card title="How bad, and is it getting worse" className="charts">
      {error !== null && <Failure of="the series" error={error} />}
      <div className="pair">
        <Chart title="Success of the fleet" {...whole} marks={marks} format={percent} />
        <Chart title="Success by release" {...parted} marks={marks} format={percent} />
        <Chart title="p99 of the fleet" {...slow} marks={marks} format={latency} />
      </div>
    </Card>
  );
};
