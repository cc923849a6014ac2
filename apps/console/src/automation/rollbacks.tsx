import { Link } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { RollBackOf } from '../rollouts/roll-back.js';
import { RollbackNow } from '../rollouts/rollback-state.js';
import { Left } from '../time/left.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { count, money } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { words } from '../ui/words.js';
import { type OverrideRow, OVERRIDES, OVERRIDES_MS, ROLLBACKS } from './automation-document.js';
import { RequestOverride } from './request-override.js';
import { ROLES } from './vote-role.js';
import { Vote } from './vote.js';

const FOLLOWS = ['rollback-', 'command-', 'override-'];

/** Rollbacks, the newest first: waves with the answers of their nodes, and each rail with its reason. */
export const Rollbacks = () => (
  <Card title="Rollbacks" className="wide" aside={<span className="quiet">the newest ten</span>}>
    <Reading of="the rollbacks" answer={useAnswer('rollbacks', ROLLBACKS, {}, { follows: FOLLOWS, everyMs: 10_000 })}>
      {({ rollbacks }) =>
        rollbacks.nodes.length === 0 ? (
          <p className="quiet">
            Nothing was rolled back yet. A rollback stands here from its first reason on, with every rail that lets it
            pass or holds it.
          </p>
        ) : (
          rollbacks.nodes.map((rollback) => (
            <section key={rollback.rollbackId} aria-label={`Rollback ${rollback.rollbackId}`}>
              <p className="quiet">
                {rollback.service}, <When at={rollback.decidedAt} />
                {rollback.rolloutId !== null && (
                  <>
                    {', '}
                    <Link to="/rollouts/$id" params={{ id: rollback.rolloutId }}>
                      its rollout
                    </Link>
                  </>
                )}
              </p>
              <RollbackNow rollback={rollback} />
              {rollback.status === 'refused' && (
                <div className="acts" role="group" aria-label={`Acts on rollback ${rollback.rollbackId}`}>
                  <RequestOverride rollback={rollback} />
                  {rollback.rolloutId !== null && <RollBackOf rolloutId={rollback.rolloutId} />}
                </div>
              )}
            </section>
          ))
        )
      }
    </Reading>
  </Card>
);

const OVERRIDE_TONES: Readonly<Record<OverrideRow['status'], Tone>> = {
  open: 'warn',
  granted: 'good',
  refused: 'bad',
  expired: 'still',
};

const Override = ({ override }: { readonly override: OverrideRow }) => {
  const { overrideId, rails, status, because, comment, requestedAt, requestedBy, expiresAt, checklist, votes } =
    override;
  const waits = ROLES.filter((role) => !votes.some((vote) => vote.role === role));
  return (
    <section aria-label={`Override ${overrideId}`}>
      <p>
        <Mark tone={OVERRIDE_TONES[status]}>{status}</Mark> {rails.map(words).join(', ')}: {comment}{' '}
        <span className="quiet">
          {requestedBy}, <When at={requestedAt} />
          {status === 'open' && (
            <>
              , <Left until={expiresAt} /> left
            </>
          )}
        </span>
        {because !== null && <> {because}</>}
      </p>
      <ul aria-label="Checklist">
        <li>{`${count(checklist.affectedCustomers)} customers hurt, ${money(checklist.dollarsPerHour)} an hour`}</li>
        <li>{checklist.isCritical ? 'a critical rule fires' : 'no critical rule fires'}</li>
        <li>{`without it mended in ${lengthOf(checklist.resolutionEta)}`}</li>
      </ul>
      <ul aria-label="Votes">
        {votes.map((vote) => (
          <li key={vote.role}>
            <Mark tone={vote.isApproved ? 'good' : 'bad'}>{vote.isApproved ? 'yes' : 'no'}</Mark> {words(vote.role)},{' '}
            {vote.by}, <When at={vote.at} />: {vote.comment}
          </li>
        ))}
        {status === 'open' &&
          waits.map((role) => (
            <li key={role}>
              <Mark tone="still">not yet</Mark> {words(role)}
            </li>
          ))}
      </ul>
      {status === 'open' && <Vote overrideId={overrideId} votes={votes} />}
    </section>
  );
};

/** Overrides of rails, with who said what. */
export const Overrides = () => (
  <Card title="Overrides" className="wide" aside={<span className="quiet">the newest 20</span>}>
    <Reading
      of="the overrides"
      answer={useAnswer('overrides', OVERRIDES, {}, { follows: ['override-'], everyMs: OVERRIDES_MS })}
    >
      {({ overrides }) =>
        overrides.nodes.length === 0 ? (
          <p className="quiet">
            None was asked for. Where a rail refuses a rollback that is needed, three people can open it together.
          </p>
        ) : (
          overrides.nodes.map((override) => <Override key={override.overrideId} override={override} />)
        )
      }
    </Reading>
  </Card>
);
