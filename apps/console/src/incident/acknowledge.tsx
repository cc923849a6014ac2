import { graphql } from '../api/graphql.js';
import { useAct } from '../api/use-act.js';
import { Act } from '../ui/act.js';
import { said, Text } from '../ui/field.js';

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

/** Takes an incident; the key `a` opens it. */
export const Acknowledge = ({ incident: { incidentId, status, owner } }: AcknowledgeProps) => {
  const send = useAct(ACKNOWLEDGE);
  return (
    <Act
      label="Acknowledge"
      opens="acknowledge"
      needs="operate"
      because={
        status === 'open' ? undefined : status === 'resolved' ? 'It is over.' : `${owner ?? 'Somebody'} has it already.`
      }
      done="Acknowledged."
      send={(form) => send({ incidentId, ...(said(form, 'note') && { note: said(form, 'note') }) })}
    >
      <p>You take it: nobody further is called, here and at every receiver that was told.</p>
      <Text label="Note (optional)" name="note" maxLength={2_000} />
    </Act>
  );
};
