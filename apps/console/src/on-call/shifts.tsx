import { useState } from 'react';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { browserClock, useNow } from '../time/clock.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Field, Person, said, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { type OnCallNow, OVERRIDE_SCHEDULE, SHIFTS, WITHDRAW_OVERRIDE } from './on-call-document.js';
import { standingOf } from './standing-in.js';

const DAY_MS = 86_400_000;
/** Two weeks: what one plans a holiday by. */
const DAYS = 14;
const HOUR_MS = 3_600_000;

/** `2026-11-28T08:00` of a field, as UTC. */
const utc = (text: string): string => new Date(`${text}:00Z`).toISOString();
const isoMinute = (at: number): string => new Date(at).toISOString().slice(0, 16);

/** From now on, for a shift of eight hours, unless another time is said: now is when the form was opened. */
const Times = () => {
  const [now] = useState(browserClock.now);
  return (
    <>
      <Field label="From (UTC)" name="from" type="datetime-local" required defaultValue={isoMinute(now)} />
      <Field
        label="Until (UTC)"
        name="until"
        type="datetime-local"
        required
        defaultValue={isoMinute(now + 8 * HOUR_MS)}
      />
    </>
  );
};

const Override = ({ schedule }: { readonly schedule: string }) => {
  const send = useAct(OVERRIDE_SCHEDULE);
  return (
    <Act
      label="Stand in"
      needs="operate"
      done="Done."
      send={(form) =>
        send({
          schedule,
          person: said(form, 'person'),
          from: utc(said(form, 'from')),
          until: utc(said(form, 'until')),
          comment: said(form, 'comment'),
        })
      }
    >
      <p>Somebody takes the place of whoever {schedule} names for that time. The plan stays as it is.</p>
      <Person label="Who (as the plan names people)" name="person" required />
      <Times />
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

/** The shifts of one schedule over two weeks, gaps among them. */
export const Shifts = ({ schedule, timeZone }: { readonly schedule: string; readonly timeZone: string }) => {
  const today = Math.floor(browserClock.now() / HOUR_MS) * HOUR_MS;
  const asked = { schedule, from: new Date(today).toISOString(), to: new Date(today + DAYS * DAY_MS).toISOString() };
  return (
    <Card title={`Shifts of ${schedule}`} aside={<Override schedule={schedule} />}>
      <p className="quiet">Turns are taken by the clock of {timeZone}.</p>
      <Reading of="the shifts" answer={useAnswer('shifts', SHIFTS, asked, { follows: ['on-call', 'schedule'] })}>
        {({ shifts }) => (
          <Rows
            label={`Shifts of ${schedule}`}
            columns={[
              { heading: 'From', cell: ({ from }) => <When at={from} /> },
              { heading: 'Until', cell: ({ until }) => <When at={until} /> },
              {
                heading: 'Who',
                cell: ({ person, scheduleOverrideId }) =>
                  person === null ? (
                    <Mark tone="bad">nobody</Mark>
                  ) : (
                    <>
                      {person}
                      {scheduleOverrideId !== null && ' (stands in)'}
                    </>
                  ),
              },
            ]}
            rows={shifts?.shifts ?? []}
            keyOf={({ from }) => from}
            none="It has no shift in the next two weeks: whoever it should reach is not reached."
          />
        )}
      </Reading>
    </Card>
  );
};

type ScheduleOverride = OnCallNow['overrides'][number];

const Withdraw = ({ override: { scheduleOverrideId, withdrawnAt } }: { readonly override: ScheduleOverride }) => {
  const send = useAct(WITHDRAW_OVERRIDE);
  return (
    <Act
      label="Withdraw"
      needs="operate"
      because={withdrawnAt === null ? undefined : 'It was withdrawn.'}
      done="Withdrawn."
      send={(form) => send({ scheduleOverrideId, ...(said(form, 'comment') && { comment: said(form, 'comment') }) })}
    >
      <p>Whoever the schedule names has it again.</p>
      <Text label="Why (optional)" name="comment" maxLength={COMMENT_MAX} />
    </Act>
  );
};

/** Whether somebody stands in now, will, or did. */
const Standing = ({ override }: { readonly override: ScheduleOverride }) => {
  const [tone, word] = standingOf(override, useNow());
  return <Mark tone={tone}>{word}</Mark>;
};

/** Who stands in for whom. */
export const StandIns = ({ overrides }: { readonly overrides: readonly ScheduleOverride[] }) => (
  <Card title="Who stands in" className="wide">
    <Rows
      label="Overrides of schedules"
      columns={[
        { heading: 'Who', cell: ({ person }) => person },
        { heading: 'Schedule', cell: ({ schedule }) => schedule },
        { heading: 'From', cell: ({ from }) => <When at={from} /> },
        { heading: 'Until', cell: ({ until }) => <When at={until} /> },
        { heading: 'Why', cell: ({ madeBy, comment }) => `${madeBy}: ${comment}` },
        {
          heading: 'State',
          cell: (override) => <Standing override={override} />,
        },
        { heading: 'Act', cell: (override) => <Withdraw override={override} /> },
      ]}
      rows={overrides}
      keyOf={({ scheduleOverrideId }) => scheduleOverrideId}
      none="Nobody stands in for anybody."
    />
  </Card>
);
