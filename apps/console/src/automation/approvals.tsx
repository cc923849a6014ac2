import { Link } from '@tanstack/react-router';
import { useCaller } from '../api/caller.js';
import { useAct } from '../api/use-act.js';
import { APPROVE_STAGE } from '../rollouts/rollout-document.js';
import { useNow } from '../time/clock.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { said, Select, Text } from '../ui/field.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { type Approval, APPROVE_ROLLBACK, VOTE } from './automation-document.js';

interface OneProps {
  readonly approval: Approval;
}

const ApproveStage = ({ approval: { rawId, stage, because } }: OneProps) => {
  const send = useAct(APPROVE_STAGE);
  return (
    <Act
      label={`Approve ${stage ?? 'stage'}`}
      needs="approve_stage"
      done="Approved."
      send={(form) =>
        send({ rolloutId: rawId, stage: stage ?? '', ...(said(form, 'note') && { note: said(form, 'note') }) })
      }
    >
      <p>{because}</p>
      <Text label="Note (optional)" name="note" maxLength={2_000} />
    </Act>
  );
};

const ApproveRollback = ({ approval: { rawId, because } }: OneProps) => {
  const send = useAct(APPROVE_ROLLBACK);
  return (
    <Act
      label="Approve the rollback"
      needs="approve_stage"
      done="Approved; the rails are judged now."
      isGrave
      send={(form) => send({ rollbackId: rawId, comment: said(form, 'comment') })}
    >
      <p>{because}</p>
      <Text label="Why" name="comment" required maxLength={2_000} />
    </Act>
  );
};

const ROLES = ['incident_commander', 'engineering_vp', 'customer_success_vp'] as const;
type ApprovalRole = (typeof ROLES)[number];

/** A vote; who holds several of the roles says under which. */
export const Vote = ({ overrideId, waits }: { readonly overrideId: string; readonly waits: readonly string[] }) => {
  const send = useAct(VOTE);
  const { roles } = useCaller();
  const mine = ROLES.filter((role) => roles.includes(role));
  const open = mine.filter((role) => waits.includes(role));
  const voted = mine.length > 0 && open.length === 0 ? `${mine.map(words).join(' and ')} voted already.` : undefined;
  return (
    <Act
      label="Vote"
      needs="approve"
      because={voted}
      done="Voted."
      isGrave
      send={(form) =>
        send({
          overrideId,
          isApproved: said(form, 'answer') === 'yes',
          comment: said(form, 'comment'),
          ...(open.length > 1 && { role: said(form, 'role') as ApprovalRole }),
        })
      }
    >
      <p>The rails open when three people under three roles said yes; one no closes it for good.</p>
      <Select
        label="Open the rails?"
        name="answer"
        options={[
          ['no', 'no'],
          ['yes', 'yes'],
        ]}
      />
      {open.length > 1 && (
        <Select label="Under which role" name="role" options={open.map((role) => [role, words(role)])} />
      )}
      <Text label="Why" name="comment" required maxLength={2_000} />
    </Act>
  );
};

const ActOf = ({ approval }: OneProps) => {
  if (approval.kind === 'stage') return <ApproveStage approval={approval} />;
  if (approval.kind === 'rollback') return <ApproveRollback approval={approval} />;
  return <Vote overrideId={approval.rawId} waits={approval.roles} />;
};

const About = ({ approval: { kind, rawId, stage, service, incidentId } }: OneProps) => (
  <>
    {kind === 'stage' && (
      <Link to="/rollouts/$id" params={{ id: rawId }}>
        stage {stage} of {service}
      </Link>
    )}
    {kind === 'rollback' && <>rollback of {service}</>}
    {kind === 'override' && 'override'}
    {incidentId !== null && (
      <>
        {', '}
        <Link to="/incidents/$id" params={{ id: incidentId }}>
          its incident
        </Link>
      </>
    )}
  </>
);

const Left = ({ until }: { readonly until: string }) => <>{lengthOf(Date.parse(until) - useNow())}</>;

/** What waits for a person, the longest first. */
export const Approvals = ({ approvals }: { readonly approvals: readonly Approval[] }) => (
  <Card title="Waiting for a person" className="wide">
    <Rows
      label="Approvals"
      columns={[
        { heading: 'What', cell: (approval) => <About approval={approval} /> },
        { heading: 'Why', cell: ({ because }) => because },
        { heading: 'Since', cell: ({ since }) => <When at={since} /> },
        {
          heading: 'Left',
          cell: ({ expiresAt }) => (expiresAt === null ? 'until it ends' : <Left until={expiresAt} />),
        },
        { heading: 'Of whom', cell: ({ roles }) => roles.map(words).join(', ') },
        { heading: 'Act', cell: (approval) => <ActOf approval={approval} /> },
      ]}
      rows={approvals}
      keyOf={({ kind, rawId }) => `${kind} ${rawId}`}
      none="Nothing waits: a stage that needs a second person, a proposed rollback and an override stand here until somebody says yes."
    />
  </Card>
);
