import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { RollbackPreview } from '../rollouts/roll-back.js';
import { Act } from '../ui/act.js';
import { said, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { APPROVE_ROLLBACK, PROPOSED } from './automation-document.js';

interface ApproveRollbackProps {
  readonly rollbackId: string;
  /** Why it was proposed. */
  readonly because: string;
}

/** Says yes to a rollback that was proposed: what it will do stands above the word that must be typed. */
export const ApproveRollback = ({ rollbackId, because }: ApproveRollbackProps) => {
  const send = useAct(APPROVE_ROLLBACK);
  const { data, error } = useAnswer('proposed', PROPOSED, { rollbackId }, { follows: [`rollback-${rollbackId}`] });
  const rollout = data?.rollback?.rollout ?? undefined;
  const unread =
    error === null ? 'Reading what it takes back …' : `What it takes back could not be read: ${error.message}`;
  return (
    <Act
      label="Approve the rollback"
      needs="approve_stage"
      because={rollout === undefined ? unread : undefined}
      done="Approved; the rails are judged now."
      isGrave
      send={(form) => send({ rollbackId, comment: said(form, 'comment') })}
      {...(rollout !== undefined && { confirm: rollout.release.softwareVersion })}
    >
      <p>{because}</p>
      {rollout !== undefined && <RollbackPreview rolloutId={rollout.rolloutId} />}
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};
