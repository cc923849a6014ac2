import { useCaller } from '../api/caller.js';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { Act } from '../ui/act.js';
import { said, Select, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { words } from '../ui/words.js';
import { OVERRIDES, OVERRIDES_MS, VOTE } from './automation-document.js';
import { type ApprovalRole, ROLES, votingOf } from './vote-role.js';

interface VoteProps {
  readonly overrideId: string;
  /** Those that were cast. */
  readonly votes: readonly { readonly role: string; readonly by: string }[];
}

/** A vote; who holds several of the roles says under which. */
export const Vote = ({ overrideId, votes }: VoteProps) => {
  const send = useAct(VOTE);
  const { open, isNamed, because } = votingOf(useCaller(), votes);
  return (
    <Act
      label="Vote"
      needs="approve"
      because={because}
      done="Voted."
      isGrave
      send={(form) =>
        send({
          overrideId,
          isApproved: said(form, 'answer') === 'yes',
          comment: said(form, 'comment'),
          ...(isNamed && { role: said(form, 'role') as ApprovalRole }),
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
      {isNamed && <Select label="Under which role" name="role" options={open.map((role) => [role, words(role)])} />}
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

/** The same where the votes are not told: those of the overrides that the page reads, or else of the roles that nobody waits for. */
export const VoteOf = ({ overrideId, waits }: { readonly overrideId: string; readonly waits: readonly string[] }) => {
  const { data } = useAnswer('overrides', OVERRIDES, {}, { follows: ['override-'], everyMs: OVERRIDES_MS });
  const known = data?.overrides.nodes.find((each) => each.overrideId === overrideId)?.votes;
  const cast = ROLES.filter((role) => !waits.includes(role)).map((role) => ({ role, by: '' }));
  return <Vote overrideId={overrideId} votes={known ?? cast} />;
};
