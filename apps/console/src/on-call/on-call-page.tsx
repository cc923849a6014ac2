import { useAnswer } from '../api/use-answer.js';
import { Left } from '../time/left.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { Drills } from './drills.js';
import { ON_CALL, type OnCallNow } from './on-call-document.js';
import { Shifts, StandIns } from './shifts.js';

interface PartProps {
  readonly onCall: OnCallNow;
}

const Now = ({ onCall: { schedules } }: PartProps) => (
  <Card title="Now" className="wide">
    <Rows
      label="Schedules"
      columns={[
        { heading: 'Schedule', cell: ({ schedule }) => schedule },
        {
          heading: 'On call',
          cell: ({ person, scheduleOverrideId }) =>
            person === null ? (
              <Mark tone="bad">nobody</Mark>
            ) : (
              <>
                <strong>{person}</strong>
                {scheduleOverrideId !== null && ' (stands in)'}
              </>
            ),
        },
        {
          heading: 'Until',
          cell: ({ until }) =>
            until === null ? (
              'for good'
            ) : (
              <>
                <When at={until} />, <Left until={until} /> left
              </>
            ),
        },
        {
          heading: 'Then',
          cell: ({ next }) =>
            next === null ? (
              '—'
            ) : (
              <>
                {next.person ?? <Mark tone="bad">nobody</Mark>}, from <When at={next.from} />
              </>
            ),
        },
      ]}
      rows={schedules}
      keyOf={({ schedule }) => schedule}
      none="No plan is loaded, so nobody is called by name: every channel for pages is told everything at once. ON_CALL names the file, docs/on-call.yml is an example."
    />
  </Card>
);

const Levels = ({ onCall: { policies } }: PartProps) => (
  <Card title="Whom each level reaches now">
    <Rows
      label="Levels"
      columns={[
        { heading: 'Policy', cell: ({ policy, level }) => `${policy}, level ${level}` },
        {
          heading: 'Reaches',
          cell: ({ reached, nobody }) => (
            <>
              {reached.map(({ channel, person }) => `${person ?? 'all'} by ${channel}`).join(', ') || (
                <Mark tone="bad">nobody</Mark>
              )}
              {nobody.length > 0 && ` (${nobody.join('; ')})`}
            </>
          ),
        },
        { heading: 'Waits', cell: ({ wait }) => lengthOf(wait) },
      ]}
      rows={policies.flatMap(({ policy, levels }) => levels.map((level) => ({ policy, ...level })))}
      keyOf={({ policy, level }) => `${policy} ${level}`}
      none="No policy says who is called after whom."
    />
  </Card>
);

const Gaps = ({ onCall: { gaps, warnings, lastReload, plan } }: PartProps) => (
  <Card title="Gaps, and what is wrong with the plan">
    <Rows
      label="Gaps"
      columns={[
        { heading: 'Schedule', cell: ({ schedule }) => schedule },
        { heading: 'From', cell: ({ from }) => <When at={from} /> },
        { heading: 'Until', cell: ({ until }) => <When at={until} /> },
        { heading: 'For', cell: ({ from, until }) => lengthOf(Date.parse(until) - Date.parse(from)) },
      ]}
      rows={gaps}
      keyOf={({ schedule, from }) => `${schedule} ${from}`}
      none={
        plan === null
          ? 'Without a plan there is no schedule that could have a gap.'
          : 'Somebody is on call for the next 30 days: so far the server looks ahead.'
      }
    />
    {warnings.length > 0 && (
      <ul aria-label="Warnings">
        {warnings.map(({ pointer, detail }) => (
          <li key={`${pointer} ${detail}`}>
            <code>{pointer}</code> {detail}
          </li>
        ))}
      </ul>
    )}
    {lastReload?.refusedAt != null && (
      <p role="alert">
        <Mark tone="bad">refused</Mark> {lastReload.refusedSource}, <When at={lastReload.refusedAt} />:{' '}
        {lastReload.refusedProblems?.join('; ')}
      </p>
    )}
    {plan !== null && (
      <p className="quiet">
        Version {plan.version} of {plan.source}, by {plan.loadedBy}, <When at={plan.loadedAt} />
      </p>
    )}
  </Card>
);

/** Who is on call, who is next, where nobody is, and whether the way to them was tried. */
export const OnCallPage = () => {
  const answer = useAnswer('on-call', ON_CALL, {}, { follows: ['on-call', 'schedule', 'drill-'], everyMs: 30_000 });
  return (
    <>
      <h1>On call</h1>
      <Reading of="who is on call" answer={answer}>
        {({ onCall, drills }) => (
          <div className="parts">
            <Now onCall={onCall} />
            <Levels onCall={onCall} />
            <Gaps onCall={onCall} />
            {onCall.schedules.map(({ schedule, timeZone }) => (
              <Shifts key={schedule} schedule={schedule} timeZone={timeZone} />
            ))}
            {onCall.schedules.length > 0 && <StandIns overrides={onCall.overrides} />}
            <Drills drills={drills.nodes} />
          </div>
        )}
      </Reading>
    </>
  );
};
