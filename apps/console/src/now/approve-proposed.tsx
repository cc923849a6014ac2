import { useAct } from '../api/use-act.js';
import { APPROVE_ROLLBACK } from '../automation/automation-document.js';
import type { RollbackShown } from '../rollouts/rollback-state.js';
import { releaseName } from '../rollouts/release.js';
import { Act } from '../ui/act.js';
import { said, Text } from '../ui/field.js';

interface ApproveProposedProps {
  readonly rollback: Pick<RollbackShown, 'from' | 'to' | 'because' | 'waves'> & { readonly rollbackId: string };
}

/** Says yes to a rollback that the automation proposes: what it would do stands above the version that must be typed. */
export const ApproveProposed = ({ rollback: { rollbackId, from, to, because, waves } }: ApproveProposedProps) => {
  const send = useAct(APPROVE_ROLLBACK);
  return (
    <Act
      label="Approve the rollback"
      needs="approve_stage"
      confirm={from?.softwareVersion ?? 'roll back'}
      done="Approved; the rails are judged now."
      isGrave
      send={(form) => send({ rollbackId, comment: said(form, 'comment') })}
    >
      <p>
        {from === null ? '—' : releaseName(from)} → {to === null ? '—' : releaseName(to)}
        {waves.length > 0 && `, in ${waves.length} waves of ${waves.map(({ nodes }) => nodes.length).join(', ')} nodes`}
      </p>
      {because !== null && <p>{because}</p>}
      <Text label="Why" name="comment" required maxLength={2_000} />
    </Act>
  );
};
