import { useAct } from '../api/use-act.js';
import { Act } from '../ui/act.js';
import { said, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { APPROVE_STAGE } from './rollout-document.js';

interface ApproveStageProps {
  readonly rolloutId: string;
  /** The stage that its gate let pass; undefined: none waits. */
  readonly stage: string | undefined;
  /** What its gate said. */
  readonly because: string;
}

/** A second person's yes to a stage that its gate let pass: the next may begin then. */
export const ApproveStage = ({ rolloutId, stage, because }: ApproveStageProps) => {
  const send = useAct(APPROVE_STAGE);
  return (
    <Act
      label={stage === undefined ? 'Approve' : `Approve ${stage}`}
      needs="approve_stage"
      because={stage === undefined ? 'No stage waits for a second person.' : undefined}
      done="Approved: the next stage may begin."
      send={(form) => send({ rolloutId, stage: stage ?? '', ...(said(form, 'note') && { note: said(form, 'note') }) })}
    >
      <p>{because}</p>
      <p>After your yes to {stage} the next stage may begin.</p>
      <Text label="Note (optional)" name="note" maxLength={COMMENT_MAX} />
    </Act>
  );
};
