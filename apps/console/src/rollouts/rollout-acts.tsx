import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { Act } from '../ui/act.js';
import { said, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Reading } from '../ui/reading.js';
import { words } from '../ui/words.js';
import { ApproveStage } from './approve-stage.js';
import { whyNotAgain } from './attempts.js';
import { RollBack } from './roll-back.js';
import { HALT, HALT_PREVIEW, type RolloutAnswer, START, START_PREVIEW } from './rollout-document.js';

interface ActProps {
  readonly rollout: RolloutAnswer;
}

const FOLLOWS = ['rollout-', 'rollback-'];

const HaltPreview = ({ rolloutId }: { readonly rolloutId: string }) => (
  <Reading of="what it would do" answer={useAnswer('halt-preview', HALT_PREVIEW, { rolloutId }, { follows: FOLLOWS })}>
    {({ haltPreview: preview }) =>
      preview === null ? (
        <p>There is no such rollout.</p>
      ) : (
        <ul aria-label="Preview">
          <li>{preview.effect}</li>
          <li>No further node gets the release: {preview.stops.join(', ') || 'none was waiting'}.</li>
          <li>{`${preview.keeps.length} nodes keep it.`}</li>
        </ul>
      )
    }
  </Reading>
);

const Halt = ({ rollout: { rolloutId, status } }: ActProps) => {
  const send = useAct(HALT);
  return (
    <Act
      label="Halt"
      needs="roll_out"
      because={status === 'running' || status === 'declared' ? undefined : `It is ${words(status)}.`}
      done="Asked for."
      isGrave
      send={(form) => send({ rolloutId, comment: said(form, 'comment') })}
    >
      <HaltPreview rolloutId={rolloutId} />
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

const StartPreview = ({ rolloutId }: { readonly rolloutId: string }) => (
  <Reading
    of="what it would do"
    answer={useAnswer('start-preview', START_PREVIEW, { rolloutId }, { follows: FOLLOWS })}
  >
    {({ startPreview: preview }) =>
      preview === null ? (
        <p>There is no such rollout.</p>
      ) : (
        <ul aria-label="Preview">
          <li>{preview.effect}</li>
          <li>
            Stage {preview.stage}, {preview.sharePercent} % of its nodes:{' '}
            {preview.nodes.join(', ') || 'the deploy tool says which nodes'}
          </li>
          {preview.missing.map(({ item, detail }) => (
            <li key={item}>
              Missing: {words(item)}, {detail}
            </li>
          ))}
        </ul>
      )
    }
  </Reading>
);

const Start = ({ rollout: { rolloutId, status, startedAt } }: ActProps) => {
  const send = useAct(START);
  return (
    <Act
      label="Start"
      needs="roll_out"
      because={status === 'declared' && startedAt === null ? undefined : `It is ${words(status)}.`}
      done="Asked for."
      send={(form) => send({ rolloutId, ...(said(form, 'comment') && { comment: said(form, 'comment') }) })}
    >
      <StartPreview rolloutId={rolloutId} />
      <Text label="Why (optional)" name="comment" maxLength={COMMENT_MAX} />
    </Act>
  );
};

/** What can be done with a rollout; what cannot says why. */
export const RolloutActs = ({ rollout }: ActProps) => {
  const waiting = rollout.gates.find(({ phase }) => phase === 'approval');
  return (
    <div className="acts" role="group" aria-label="Acts">
      <ApproveStage rolloutId={rollout.rolloutId} stage={waiting?.stage} because={waiting?.because ?? ''} />
      <Start rollout={rollout} />
      <Halt rollout={rollout} />
      <RollBack rolloutId={rollout.rolloutId} release={rollout.release} because={whyNotAgain(rollout.rollbacks)} />
    </div>
  );
};
