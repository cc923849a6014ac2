import { Link } from '@tanstack/react-router';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { RollbackState } from '../rollouts/rollback-state.js';
import { useNow } from '../time/clock.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Field, said, Text } from '../ui/field.js';
import { count, money } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { words } from '../ui/words.js';
import { Vote } from './approvals.js';
import { type OverrideRow, OVERRIDES, REQUEST_OVERRIDE, type RollbackRow, ROLLBACKS } from './automation-document.js';

const MINUTE_MS = 60_000;

const RequestOverride = ({ rollback: { rollbackId, refusals, status } }: { readonly rollback: RollbackRow }) => {
  const send = useAct(REQUEST_OVERRIDE);
  const rails = [...new Set(refusals.map(({ rail }) => rail))];
  return (
    <Act
      label="Ask for an override"
      needs="operate"
      because={status === 'refused' ? undefined : `It is ${words(status)}: no rail refuses it.`}
      done="Asked for: three people vote now."
      isGrave
      send={(form) =>
        send({
          rollbackId,
          rails: rails.filter((rail) => form.get(`rail ${rail}`) !== null),
          resolutionEta: Number(said(form, 'minutes')) * MINUTE_MS,
          comment: said(form, 'comment'),
        })
      }
    >
      <p>
        The incident commander and both VPs are asked; within ten minutes all three must say yes, or the rails stay
        shut.
      </p>
      <fieldset>
        <legend>Rails to open</legend>
        {refusals.map(({ rail, because }) => (
          <label key={rail}>
            <input type="checkbox" name={`rail ${rail}`} defaultChecked /> {words(rail)}: {because}
          </label>
        ))}
      </fieldset>
      <Field
        label="Minutes until it would be mended without the rollback"
        name="minutes"
        type="number"
        min={1}
        max={1_440}
        required
      />
      <Text label="Why" name="comment" required maxLength={2_000} />
    </Act>
  );
};

const FOLLOWS = ['rollback-', 'command-', 'override-'];

/** Rollbacks, the newest first: waves with the answers of their nodes, and each rail with its reason. */
export const Rollbacks = () => {
  const now = useNow();
  return (
    <Card title="Rollbacks" className="wide">
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
                <RollbackState rollback={rollback} now={now} />
                {rollback.status === 'refused' && <RequestOverride rollback={rollback} />}
              </section>
            ))
          )
        }
      </Reading>
    </Card>
  );
};

const OVERRIDE_TONES: Readonly<Record<OverrideRow['status'], Tone>> = {
  open: 'warn',
  granted: 'good',
  refused: 'bad',
  expired: 'still',
};
const ROLES = ['incident_commander', 'engineering_vp', 'customer_success_vp'] as const;

const Override = ({ override, now }: { readonly override: OverrideRow; readonly now: number }) => {
  const { overrideId, rails, status, because, comment, requestedAt, requestedBy, expiresAt, checklist, votes } =
    override;
  const waits = ROLES.filter((role) => !votes.some((vote) => vote.role === role));
  return (
    <section aria-label={`Override ${overrideId}`}>
      <p>
        <Mark tone={OVERRIDE_TONES[status]}>{status}</Mark> {rails.map(words).join(', ')}: {comment}{' '}
        <span className="quiet">
          {requestedBy}, <When at={requestedAt} />
          {status === 'open' && `, ${lengthOf(Date.parse(expiresAt) - now)} left`}
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
      {status === 'open' && <Vote overrideId={overrideId} waits={waits} />}
    </section>
  );
};

/** Overrides of rails, with who said what. */
export const Overrides = () => {
  const now = useNow();
  return (
    <Card title="Overrides" className="wide">
      <Reading
        of="the overrides"
        answer={useAnswer('overrides', OVERRIDES, {}, { follows: ['override-'], everyMs: 10_000 })}
      >
        {({ overrides }) =>
          overrides.nodes.length === 0 ? (
            <p className="quiet">
              None was asked for. Where a rail refuses a rollback that is needed, three people can open it together.
            </p>
          ) : (
            overrides.nodes.map((override) => <Override key={override.overrideId} override={override} now={now} />)
          )
        }
      </Reading>
    </Card>
  );
};
