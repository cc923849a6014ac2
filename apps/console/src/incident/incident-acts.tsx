import { useState } from 'react';
import { useSession } from '../api/session.js';
import { request } from '../api/request.js';
import { useAct } from '../api/use-act.js';
import { rolloutsBlamed } from '../rollouts/attempts.js';
import { RollBackOf } from '../rollouts/roll-back.js';
import { Act } from '../ui/act.js';
import { save } from '../ui/csv.js';
import { Field, Person, said, Text } from '../ui/field.js';
import { COMMENT_MAX, INCIDENT_NOTE_MAX, NOTE_MAX, SNOOZE_MINUTES_MAX } from '../ui/limits.js';
import { Acknowledge } from './acknowledge.js';
import { HAND_OVER, type IncidentAnswer, NOTE, POST_MORTEM, SNOOZE } from './incident-document.js';

const MINUTE_MS = 60_000;

const HandOver = ({ incident: { incidentId, status } }: { readonly incident: IncidentAnswer }) => {
  const send = useAct(HAND_OVER);
  return (
    <Act
      label="Hand over"
      needs="operate"
      because={status === 'resolved' ? 'It is over.' : undefined}
      done="Handed over."
      send={(form) =>
        send({ incidentId, to: said(form, 'to'), ...(said(form, 'note') && { note: said(form, 'note') }) })
      }
    >
      <Person label="To whom (as the plan names people)" name="to" required />
      <Text label="Note (optional)" name="note" maxLength={NOTE_MAX} />
    </Act>
  );
};

const Snooze = ({ incident: { incidentId, status, escalation } }: { readonly incident: IncidentAnswer }) => {
  const send = useAct(SNOOZE);
  return (
    <Act
      label="Snooze"
      needs="operate"
      because={
        status === 'resolved'
          ? 'It is over.'
          : escalation === null
            ? 'Nobody is called for it by a plan, so there is nothing to put off.'
            : undefined
      }
      done="Snoozed."
      send={(form) =>
        send({ incidentId, duration: Number(said(form, 'minutes')) * MINUTE_MS, comment: said(form, 'comment') })
      }
    >
      <p>Nobody is called for so long, and then the escalation goes on where it was.</p>
      <Field label="Minutes" name="minutes" type="number" min={1} max={SNOOZE_MINUTES_MAX} defaultValue={30} required />
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

const Note = ({ incident: { incidentId } }: { readonly incident: IncidentAnswer }) => {
  const send = useAct(NOTE);
  return (
    <Act
      label="Note"
      needs="operate"
      done="Written down."
      send={(form) => send({ incidentId, text: said(form, 'text') })}
    >
      <Text label="What is to be known" name="text" required maxLength={INCIDENT_NOTE_MAX} />
    </Act>
  );
};

const Export = ({ incident: { incidentId } }: { readonly incident: IncidentAnswer }) => {
  const { key } = useSession();
  const [said, setSaid] = useState('');
  const fetchReport = async () => {
    setSaid('Reading …');
    const told = await request(key, POST_MORTEM, { incidentId }).then(
      ({ postMortem }) => {
        if (postMortem === null) return 'There is nothing to export.';
        save(`incident-${incidentId}.md`, 'text/markdown', [postMortem.markdown]);
        return 'Exported.';
      },
      (error: unknown) => `Not exported: ${error instanceof Error ? error.message : String(error)}`,
    );
    setSaid(told);
  };
  return (
    <span className="act">
      <button type="button" onClick={() => void fetchReport()}>
        Export Markdown
      </button>
      <span role="status" className="quiet">
        {said}
      </span>
    </span>
  );
};

/** What can be done with an incident; what cannot says why. */
export const IncidentActs = ({ incident }: { readonly incident: IncidentAnswer }) => (
  <div className="acts" role="group" aria-label="Acts">
    <Acknowledge incident={incident} />
    <HandOver incident={incident} />
    <Snooze incident={incident} />
    <Note incident={incident} />
    {rolloutsBlamed(incident).map((rolloutId) => (
      <RollBackOf key={rolloutId} rolloutId={rolloutId} />
    ))}
    <Export incident={incident} />
  </div>
);
