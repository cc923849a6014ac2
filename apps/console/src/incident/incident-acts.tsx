import { useState } from 'react';
import { useSession } from '../api/session.js';
import { request } from '../api/request.js';
import { useAct } from '../api/use-act.js';
import { RollBack } from '../rollouts/roll-back.js';
import { Act } from '../ui/act.js';
import { Field, said, Text } from '../ui/field.js';
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
      <Field label="To whom" name="to" required maxLength={200} />
      <Text label="Note (optional)" name="note" maxLength={2_000} />
    </Act>
  );
};

const Snooze = ({ incident: { incidentId, status } }: { readonly incident: IncidentAnswer }) => {
  const send = useAct(SNOOZE);
  return (
    <Act
      label="Snooze"
      needs="operate"
      because={status === 'resolved' ? 'It is over.' : undefined}
      done="Snoozed."
      send={(form) =>
        send({ incidentId, duration: Number(said(form, 'minutes')) * MINUTE_MS, comment: said(form, 'comment') })
      }
    >
      <p>Nobody is called for so long, and then the escalation goes on where it was.</p>
      <Field label="Minutes" name="minutes" type="number" min={1} max={1_440} defaultValue={30} required />
      <Text label="Why" name="comment" required maxLength={2_000} />
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
      <Text label="What is to be known" name="text" required maxLength={10_000} />
    </Act>
  );
};

const save = (name: string, text: string): void => {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
};

const Export = ({ incident: { incidentId } }: { readonly incident: IncidentAnswer }) => {
  const { key } = useSession();
  const [said, setSaid] = useState('');
  const fetchReport = async () => {
    setSaid('Reading …');
    const told = await request(key, POST_MORTEM, { incidentId }).then(
      ({ postMortem }) => {
        if (postMortem === null) return 'There is nothing to export.';
        save(`incident-${incidentId}.md`, postMortem.markdown);
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
    {incident.rollbacks.map(({ rollbackId, rolloutId, from, status }) =>
      rolloutId === null || from === null ? null : (
        <RollBack
          key={rollbackId}
          rolloutId={rolloutId}
          release={from}
          because={status === 'running' || status === 'completed' ? `A rollback of it is ${status}.` : undefined}
        />
      ),
    )}
    <Export incident={incident} />
  </div>
);
