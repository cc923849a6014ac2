import { graphql } from '../api/graphql.js';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Field, said, Text } from '../ui/field.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';

const ON_CALL = graphql(`
  query OnCall {
    onCall {
      at
      plan {
        source
        version
        loadedAt
      }
      schedules {
        schedule
        person
        until
        timeZone
        scheduleOverrideId
        next {
          from
          person
        }
      }
      policies {
        policy
        levels {
          level
          wait
          nobody
          reached {
            channel
            person
          }
        }
      }
      gaps {
        schedule
        from
        until
      }
      warnings {
        pointer
        detail
      }
    }
    drills(first: 10) {
      nodes {
        drillId
        status
        channel
        requestedAt
        requestedBy
        finishedAt
        missed
        because
        hops {
          hop
          at
        }
      }
    }
  }
`);
const BEGIN_DRILL = graphql(`
  mutation BeginDrill($input: BeginDrillInput!) {
    beginDrill(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);

const DRILLS: Readonly<Record<string, Tone>> = {
  passed: 'good',
  failed: 'bad',
  requested: 'warn',
  fired: 'warn',
  signalled: 'warn',
};

const Drill = () => {
  const send = useAct(BEGIN_DRILL);
  return (
    <Act
      label="Begin a drill"
      needs="operate"
      done="Begun."
      send={(form) =>
        send({
          ...(said(form, 'channel') && { channel: said(form, 'channel') }),
          ...(said(form, 'comment') && { comment: said(form, 'comment') }),
        })
      }
    >
      <p>A fault is played through the whole way, from telemetry to a page that says it is a drill.</p>
      <Field label="Channel (all that page, unless one is named)" name="channel" />
      <Text label="Why (optional)" name="comment" maxLength={2_000} />
    </Act>
  );
};

/** Who is on call, where nobody is, and whether the way to them was tried. */
export const OnCallPage = () => {
  const answer = useAnswer('on-call', ON_CALL, {}, { follows: ['on-call', 'schedule', 'drill-'], everyMs: 30_000 });
  return (
    <>
      <h1>On call</h1>
      <Reading of="who is on call" answer={answer}>
        {({ onCall, drills }) => (
          <div className="parts">
            <Card title="Now">
              <Rows
                label="Schedules"
                columns={[
                  { heading: 'Schedule', cell: ({ schedule }) => schedule },
                  { heading: 'On call', cell: ({ person }) => person ?? <Mark tone="bad">nobody</Mark> },
                  { heading: 'Until', cell: ({ until }) => <When at={until} /> },
                  { heading: 'Then', cell: ({ next }) => next?.person ?? '—' },
                ]}
                rows={onCall.schedules}
                keyOf={({ schedule }) => schedule}
                none="No plan is loaded: every channel for pages is told at once."
              />
            </Card>
            <Card title="Gaps">
              <Rows
                label="Gaps"
                columns={[
                  { heading: 'Schedule', cell: ({ schedule }) => schedule },
                  { heading: 'From', cell: ({ from }) => <When at={from} /> },
                  { heading: 'Until', cell: ({ until }) => <When at={until} /> },
                ]}
                rows={onCall.gaps}
                keyOf={({ schedule, from }) => `${schedule} ${from}`}
                none="Somebody is on call all the time."
              />
              <ul aria-label="Warnings">
                {onCall.warnings.map(({ pointer, detail }) => (
                  <li key={`${pointer} ${detail}`}>
                    <code>{pointer}</code> {detail}
                  </li>
                ))}
              </ul>
            </Card>
            <Card title="Drills" aside={<Drill />} className="wide">
              <Rows
                label="Drills"
                columns={[
                  { heading: 'Drill', cell: ({ drillId }) => drillId },
                  {
                    heading: 'State',
                    cell: ({ status }) => <Mark tone={DRILLS[status] ?? 'still'}>{words(status)}</Mark>,
                  },
                  { heading: 'Asked', cell: ({ requestedAt }) => <When at={requestedAt} /> },
                  { heading: 'By', cell: ({ requestedBy }) => requestedBy },
                  { heading: 'What came of it', cell: ({ missed, because }) => missed ?? because ?? '—' },
                ]}
                rows={drills.nodes}
                keyOf={({ drillId }) => drillId}
                none="No drill was begun yet: nobody knows whether a page would come."
              />
            </Card>
          </div>
        )}
      </Reading>
    </>
  );
};
