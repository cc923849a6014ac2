import { Link } from '@tanstack/react-router';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { said, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark } from '../ui/mark.js';
import { Rails } from '../rollouts/rollback-state.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { FALLBACK_TONES, REDIRECT_TONES } from './diversion-tones.js';
import { END_REDIRECT, FALLBACKS, REDIRECT_END_PREVIEW, type RedirectRow, REDIRECTS } from './automation-document.js';

const EndPreview = ({ redirectId }: { readonly redirectId: string }) => (
  <Reading
    of="what it would do"
    answer={useAnswer('redirect-end-preview', REDIRECT_END_PREVIEW, { redirectId }, { follows: ['redirect-'] })}
  >
    {({ redirectEndPreview: preview }) =>
      preview === null ? (
        <p>There is no such redirect.</p>
      ) : (
        <ul aria-label="Preview">
          <li>{preview.effect}</li>
          <li>{`Stay away: ${preview.away.join(', ') || 'none'}`}</li>
        </ul>
      )
    }
  </Reading>
);

const EndRedirect = ({ redirect: { redirectId, status } }: { readonly redirect: RedirectRow }) => {
  const send = useAct(END_REDIRECT);
  return (
    <Act
      label="End"
      needs="operate"
      because={
        status === 'stopped'
          ? undefined
          : `It is ${words(status)}: it ends by itself when what it leads away from is well; a person ends one that stopped.`
      }
      done="Ended."
      isGrave
      send={(form) => send({ redirectId, comment: said(form, 'comment') })}
    >
      <EndPreview redirectId={redirectId} />
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

const Redirect = ({ redirect }: { readonly redirect: RedirectRow }) => {
  const { scope, key, status, because, decidedAt, endedAt, nodes, rails, refusals, answers, incidentId } = redirect;
  return (
    <section aria-label={`Redirect ${redirect.redirectId}`}>
      <p>
        <strong>
          {scope} {key}
        </strong>{' '}
        <Mark tone={REDIRECT_TONES[status]}>{words(status)}</Mark> {because}
      </p>
      <p className="quiet">
        <When at={decidedAt} />
        {endedAt !== null && (
          <>
            {' '}
            to <When at={endedAt} />
          </>
        )}
        {', '}
        <Link to="/incidents/$id" params={{ id: incidentId }}>
          its incident
        </Link>
      </p>
      <Rails rails={rails} refusals={refusals} />
      {nodes.length > 0 && (
        <details>
          <summary>{`${answers.length} answers of ${nodes.length} nodes`}</summary>
          <ul>
            {answers.map(({ nodeId, action, status: answer, answeredAt }) => (
              <li key={`${nodeId} ${action}`}>
                {nodeId}: {action} {answer} <When at={answeredAt} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {status !== 'refused' && status !== 'ended' && <EndRedirect redirect={redirect} />}
    </section>
  );
};

/** Regions and PoPs that traffic is led away from. */
export const Redirects = () => (
  <Card title="Redirects of traffic" className="wide" aside={<span className="quiet">the newest 20</span>}>
    <Reading of="the redirects" answer={useAnswer('redirects', REDIRECTS, {}, { follows: ['redirect-', 'command-'] })}>
      {({ redirects }) =>
        redirects.nodes.length === 0 ? (
          <p className="quiet">Traffic was led away from no region and no PoP yet.</p>
        ) : (
          redirects.nodes.map((redirect) => <Redirect key={redirect.redirectId} redirect={redirect} />)
        )
      }
    </Reading>
  </Card>
);

/** Customers that are led to a public resolver while their own does not answer. */
export const Fallbacks = () => (
  <Card title="Fallbacks of customers" className="wide" aside={<span className="quiet">the newest 20</span>}>
    <Reading of="the fallbacks" answer={useAnswer('fallbacks', FALLBACKS, {}, { follows: ['fallback-'] })}>
      {({ fallbacks }) => (
        <Rows
          label="Fallbacks"
          columns={[
            {
              heading: 'Customer',
              cell: ({ customerId }) => (
                <Link to="/customers/$id" params={{ id: customerId }}>
                  {customerId}
                </Link>
              ),
            },
            { heading: 'To', cell: ({ provider }) => words(provider) },
            {
              heading: 'State',
              cell: ({ status, isDryRun }) => (
                <>
                  <Mark tone={FALLBACK_TONES[status]}>{status}</Mark>
                  {isDryRun && ' only told, not done'}
                </>
              ),
            },
            { heading: 'Why', cell: ({ because }) => because },
            { heading: 'Decided', cell: ({ decidedAt }) => <When at={decidedAt} /> },
            { heading: 'Over', cell: ({ endedAt }) => <When at={endedAt} /> },
            {
              heading: 'Last answer',
              cell: ({ answers }) => {
                const last = answers.at(-1);
                return last === undefined ? '—' : `${words(last.step)}: ${words(last.status)}, ${last.detail}`;
              },
            },
          ]}
          rows={fallbacks.nodes}
          keyOf={({ fallbackId }) => fallbackId}
          none="No customer was led to another resolver yet. It is done for those that ask for it, while an incident hurts them."
        />
      )}
    </Reading>
  </Card>
);
