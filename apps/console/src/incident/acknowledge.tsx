import { useCaller } from '../api/caller.js';
import { graphql } from '../api/graphql.js';
import { useAct } from '../api/use-act.js';
import { Act } from '../ui/act.js';
import { said, Text } from '../ui/field.js';
import { NOTE_MAX } from '../ui/limits.js';

/** Takes an incident. */
const ACKNOWLEDGE = graphql(`
  mutation Acknowledge($input: AcknowledgeIncidentInput!) {
    acknowledgeIncident(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);

interface AcknowledgeProps {
  readonly incident: {
    readonly incidentId: string;
    readonly status: 'open' | 'acknowledged' | 'resolved';
    readonly owner: string | null;
  };
}

/** Takes an incident, also from an owner who does not answer; the key `a` opens it. */
export const Acknowledge = ({ incident: { incidentId, status, owner } }: AcknowledgeProps) => {
  const send = useAct(ACKNOWLEDGE);
  const { actor } = useCaller();
  const isTaken = status === 'acknowledged' && owner !== null;
  const standing = status === 'resolved' ? 'It is over.' : undefined;
  return (
    <Act
      label={isTaken && owner !== actor ? 'Take over' : 'Acknowledge'}
      opens="acknowledge"
      needs="operate"
      because={isTaken && owner === actor ? 'You have it already.' : standing}
      done="Acknowledged."
      send={(form) => send({ incidentId, ...(said(form, 'note') && { note: said(form, 'note') }) })}
    >
      <p>
        {isTaken && `It is taken from ${owner}. `}You take it: nobody further is called, here and at every receiver that
        was told.
      </p>
      <Text label="Note (optional)" name="note" maxLength={NOTE_MAX} />
    </Act>
  );
};
