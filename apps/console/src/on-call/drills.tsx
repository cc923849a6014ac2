import { useAct } from '../api/use-act.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Field, said, Text } from '../ui/field.js';
import { COMMENT_MAX, NAME_PATTERN } from '../ui/limits.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { BEGIN_DRILL, type DrillRow } from './on-call-document.js';

const DRILLS: Readonly<Record<DrillRow['status'], Tone>> = {
  passed: 'good',
  failed: 'bad',
  requested: 'warn',
  fired: 'warn',
  signalled: 'warn',
};

const Begin = ({ drills }: { readonly drills: readonly DrillRow[] }) => {
  const send = useAct(BEGIN_DRILL);
  const open = drills.find(({ finishedAt, status }) => finishedAt === null && status !== 'failed');
  return (
    <Act
      label="Begin a drill"
      needs="operate"
      because={open === undefined ? undefined : `One is under way: it is ${words(open.status)}.`}
      done="Begun."
      send={(form) =>
        send({
          ...(said(form, 'channel') && { channel: said(form, 'channel') }),
          ...(said(form, 'comment') && { comment: said(form, 'comment') }),
        })
      }
    >
      <p>A fault is played through the whole way, from telemetry to a page that says it is a drill.</p>
      <Field
        label="Channel (all that page, unless one is named)"
        name="channel"
        pattern={NAME_PATTERN}
        title="1 to 64 of A-Z a-z 0-9 . _ : -"
      />
      <Text label="Why (optional)" name="comment" maxLength={COMMENT_MAX} />
    </Act>
  );
};

/** What came of it: in how long, and at which hop it was lost. */
const Result = ({ drill: { status, missed, because, requestedAt, finishedAt } }: { readonly drill: DrillRow }) => (
  <>
    {finishedAt !== null && `after ${lengthOf(Date.parse(finishedAt) - Date.parse(requestedAt))}`}
    {missed !== null && `, lost at ${words(missed)}`}
    {because !== null && ` ${because}`}
    {finishedAt === null && status !== 'failed' && 'under way'}
  </>
);

/** Hops in their order, each with how long after the beginning. */
const Hops = ({ drill: { drillId, hops, requestedAt } }: { readonly drill: DrillRow }) =>
  hops !== null &&
  hops.length > 0 && (
    <ol aria-label={`Hops of drill ${drillId}`}>
      {hops.map(({ hop, at }) => (
        <li key={hop}>
          {words(hop)} <span className="quiet">{`after ${lengthOf(Date.parse(at) - Date.parse(requestedAt))}`}</span>
        </li>
      ))}
    </ol>
  );

/** Drills, the newest first: whether a page would come, and where it was lost if not. */
export const Drills = ({ drills }: { readonly drills: readonly DrillRow[] }) => (
  <Card title="Drills, the newest ten" aside={<Begin drills={drills} />} className="wide">
    <Rows
      label="Drills"
      columns={[
        { heading: 'Asked', cell: ({ requestedAt }) => <When at={requestedAt} /> },
        { heading: 'State', cell: ({ status }) => <Mark tone={DRILLS[status]}>{words(status)}</Mark> },
        { heading: 'Channel', cell: ({ channel }) => channel ?? 'all that page' },
        { heading: 'By', cell: ({ requestedBy }) => requestedBy },
        { heading: 'What came of it', cell: (drill) => <Result drill={drill} /> },
        { heading: 'Hops', cell: (drill) => <Hops drill={drill} /> },
      ]}
      rows={drills}
      keyOf={({ drillId }) => drillId}
      none="No drill was begun yet: nobody knows whether a page would come."
    />
  </Card>
);
