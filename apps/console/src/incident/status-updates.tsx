import { useAct } from '../api/use-act.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { said, Text } from '../ui/field.js';
import { COMMENT_MAX, PUBLIC_TEXT_MAX } from '../ui/limits.js';
import { Mark, type Tone } from '../ui/mark.js';
import { words } from '../ui/words.js';
import { DISCARD, type IncidentAnswer, PUBLISH } from './incident-document.js';

type Update = IncidentAnswer['statusUpdates'][number];

const toneOf = (status: Update['status']): Tone => {
  if (status === 'published') return 'good';
  return status === 'drafted' ? 'warn' : 'still';
};

/** The editor of a draft: what is published is what stands in it. */
const Draft = ({
  incidentId,
  update: { n, text, workaround },
}: {
  readonly incidentId: string;
  readonly update: Update;
}) => {
  const publish = useAct(PUBLISH);
  const discard = useAct(DISCARD);
  return (
    <div className="acts">
      <Act
        label="Review and publish"
        needs="operate"
        done="Published."
        send={(form) =>
          publish({
            incidentId,
            n,
            text: said(form, 'text'),
            workaround: said(form, 'workaround'),
            ...(said(form, 'comment') && { comment: said(form, 'comment') }),
          })
        }
      >
        <p>Customers read this; the text and the workaround go out as they stand here.</p>
        <Text
          label="What happened, for the public"
          name="text"
          rows={8}
          required
          defaultValue={text}
          maxLength={PUBLIC_TEXT_MAX}
        />
        <Text label="Workaround" name="workaround" rows={3} defaultValue={workaround} maxLength={PUBLIC_TEXT_MAX} />
        <Text label="Why it was changed (optional, for the record)" name="comment" rows={2} maxLength={COMMENT_MAX} />
      </Act>
      <Act
        label="Discard"
        needs="operate"
        done="Discarded."
        send={(form) => discard({ incidentId, n, comment: said(form, 'comment') })}
      >
        <p>Nobody is told this text. The next one is drafted when there is something new to tell.</p>
        <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
      </Act>
    </div>
  );
};

/** As many as the page asks for. */
const UPDATES_SHOWN = 20;

/** What the public is told of an incident: drafts wait for a person, and publish themselves when nobody comes. */
export const StatusUpdates = ({ incident: { incidentId, statusUpdates } }: { readonly incident: IncidentAnswer }) => (
  <Card
    title="Status updates"
    aside={statusUpdates.length === UPDATES_SHOWN && <span className="quiet">the newest {UPDATES_SHOWN}</span>}
  >
    {statusUpdates.length === 0 ? (
      <p className="quiet">Nothing was drafted for the public.</p>
    ) : (
      <ol aria-label="Status updates">
        {statusUpdates.map((update) => (
          <li key={update.n}>
            <Mark tone={toneOf(update.status)}>{words(update.status)}</Mark> {words(update.state)}, drafted{' '}
            <When at={update.draftedAt} />
            {update.publishedAt !== null && (
              <>
                , published <When at={update.publishedAt} />
              </>
            )}
            {update.settledBy !== null && <span className="quiet"> by {update.settledBy}</span>}
            <p>
              <strong>{update.title}</strong>{' '}
              <span className="quiet">
                impact {words(update.impact)}
                {update.regions.length > 0 && `, ${update.regions.join(', ')}`}
              </span>
            </p>
            <blockquote>{update.text}</blockquote>
            {update.workaround !== '' && <blockquote>{update.workaround}</blockquote>}
            {update.status === 'drafted' && (
              <>
                <p>
                  Wanted by <When at={update.publishBy} />: {update.because}
                </p>
                <Draft incidentId={incidentId} update={update} />
              </>
            )}
          </li>
        ))}
      </ol>
    )}
  </Card>
);
