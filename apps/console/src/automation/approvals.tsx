import { Link } from '@tanstack/react-router';
import { ApproveStage } from '../rollouts/approve-stage.js';
import { Left } from '../time/left.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { ApproveRollback } from './approve-rollback.js';
import type { Approval } from './automation-document.js';
import { VoteOf } from './vote.js';

interface OneProps {
  readonly approval: Approval;
}

const ActOf = ({ approval: { kind, rawId, stage, because, roles } }: OneProps) => {
  if (kind === 'stage') return <ApproveStage rolloutId={rawId} stage={stage ?? undefined} because={because} />;
  if (kind === 'rollback') return <ApproveRollback rollbackId={rawId} because={because} />;
  return <VoteOf overrideId={rawId} waits={roles} />;
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
