import { useAct } from '../api/use-act.js';
import { usePages } from '../api/use-pages.js';
import type { ResultOf } from '../api/graphql.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { said, Text } from '../ui/field.js';
import { count } from '../ui/figures.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark, type Tone } from '../ui/mark.js';
import { More } from '../ui/more.js';
import { Rows } from '../ui/rows.js';
import { EXPIRE, SILENCES } from './alert-document.js';

type Silence = ResultOf<typeof SILENCES>['silences']['nodes'][number];

const TONES: Readonly<Record<Silence['status'], Tone>> = { active: 'warn', pending: 'still', ended: 'still' };

const Expire = ({ silence: { silenceId, status } }: { readonly silence: Silence }) => {
  const send = useAct(EXPIRE);
  return (
    <Act
      label="End"
      needs="operate"
      because={status === 'ended' ? 'It is over.' : undefined}
      done="Ended."
      send={(form) => send({ silenceId, ...(said(form, 'comment') && { comment: said(form, 'comment') }) })}
    >
      <Text label="Why (optional)" name="comment" maxLength={COMMENT_MAX} />
    </Act>
  );
};

const COLUMNS = [
  {
    heading: 'Silence',
    cell: ({ where }: Silence) => where.map(({ label, patterns }) => `${label} is ${patterns.join(' or ')}`).join(', '),
  },
  { heading: 'State', cell: ({ status }: Silence) => <Mark tone={TONES[status]}>{status}</Mark> },
  { heading: 'Until', cell: ({ endsAt }: Silence) => <When at={endsAt} /> },
  { heading: 'By', cell: ({ createdBy, comment }: Silence) => `${createdBy}: ${comment}` },
  { heading: 'Alerts held back', isNumber: true, cell: ({ alertsMuted }: Silence) => count(alertsMuted) },
  { heading: 'Act', cell: (silence: Silence) => <Expire silence={silence} /> },
];

/** What holds pages back, and how much it did. */
export const Silences = () => {
  const pages = usePages(
    'silences',
    SILENCES,
    {},
    {
      pageOf: ({ silences }) => silences,
      follows: ['silence-', 'alert-'],
    },
  );
  return (
    <Card title="Silences">
      {pages.rows !== undefined && (
        <Rows
          label="Silences"
          columns={COLUMNS}
          rows={pages.rows}
          keyOf={({ silenceId }) => silenceId}
          none="Nothing is silenced. A silence is made on the page of an alert, and its preview says what it would hold back."
        />
      )}
      <More of="the silences" pages={pages} />
    </Card>
  );
};
