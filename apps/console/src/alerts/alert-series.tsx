import { Link, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { askedOf } from '../time/asked.js';
import { newestOf } from '../time/pieces.js';
import { rangeOf } from '../time/range.js';
import { RangePicker } from '../time/range-picker.js';
import { useWhole } from '../time/use-whole.js';
import { Card } from '../ui/card.js';
import { Reading } from '../ui/reading.js';
import { SuccessAndP99 } from '../ui/success-and-p99.js';
import { type AlertAnswer, SUBJECT_SERIES, type SubjectStep } from './alert-document.js';
import { around, familyOf, WIDE_MS_MAX } from './subject-series.js';

/** As many points as are told apart; it divides an hour into whole steps. */
const STEPS_MAX = 120;
const STEP_MS = 10_000;

interface DrawnProps {
  readonly steps: readonly SubjectStep[];
  readonly alert: AlertAnswer;
}

const Drawn = ({ steps, alert: { firedAt, resolvedAt } }: DrawnProps) => {
  const marks = useMemo(
    () => [
      ...(firedAt === null ? [] : [{ at: Date.parse(firedAt), label: 'fired', token: '--bad' }]),
      ...(resolvedAt === null ? [] : [{ at: Date.parse(resolvedAt), label: 'resolved', token: '--good' }]),
    ],
    [firedAt, resolvedAt],
  );
  if (steps.every(({ good, bad }) => good + bad === 0))
    return <p className="quiet">Nothing was counted of it in this time: whether anybody asked is not known.</p>;
  return <SuccessAndP99 steps={steps} marks={marks} />;
};

/** What was counted of that which an alert is about, in the time of the address; nothing is counted of what is told from outside. */
export const AlertSeries = ({ alert }: { readonly alert: AlertAnswer }) => {
  const subject = familyOf(alert);
  const range = rangeOf(useSearch({ from: '/alerts/$id' }), useWhole(STEP_MS));
  const isWide = subject?.isWide === true;
  const { from, to, step } = askedOf(isWide ? newestOf(range, WIDE_MS_MAX, STEP_MS) : range, STEPS_MAX);
  const asked = {
    family: subject?.family ?? 'fleet',
    key: subject?.key ?? '',
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    step: Math.max(step, STEP_MS),
  };
  const answer = useAnswer('subject-series', SUBJECT_SERIES, asked, { isWanted: subject !== undefined });
  if (subject === undefined) return null;
  const { from: begin, to: end } = around(alert, to);
  return (
    <Card title="What was counted of it" className="wide" aside={<RangePicker />}>
      <p>
        <Link
          to="/alerts/$id"
          params={{ id: alert.alertId }}
          search={{ from: new Date(begin).toISOString(), to: new Date(end).toISOString() }}
        >
          Around this alert
        </Link>
      </p>
      {isWide && range.to - range.from > WIDE_MS_MAX && (
        <p className="quiet">The newest ten minutes are shown: pin a shorter time for what was before.</p>
      )}
      <Reading of="what was counted" answer={answer}>
        {({ windows }) => <Drawn steps={windows?.windows ?? []} alert={alert} />}
      </Reading>
    </Card>
  );
};
