import './audit.css';
import { Link, useParams } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { SHOWN_ACT, type ShownAct } from './audit-document.js';
import { StreamName } from './event-link.js';

interface PartProps {
  readonly act: ShownAct;
}

const valueText = (value: unknown): string => {
  if (value === null) return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const Changed = ({ act: { changes, isCut } }: PartProps) => (
  <Card title="What it changed" className="wide">
    <Rows
      label="What it changed"
      columns={[
        { heading: 'Field', cell: ({ field }) => <code>{field === '' ? 'all of it' : field}</code> },
        { heading: 'Before', cell: ({ before }) => valueText(before) },
        { heading: 'After', cell: ({ after }) => valueText(after) },
      ]}
      rows={changes}
      keyOf={({ field }) => field}
      none="Nothing of how the thing stands: it was said, and is part of the record."
    />
    {isCut && <p className="quiet">More was changed than is told here; all of it stands in what was recorded.</p>}
  </Card>
);

const Who = ({ act: { actor, audit, cause } }: PartProps) => (
  <Card title="Who, and why">
    {audit === null ? (
      <p>
        {actor}, because of {cause}. Nobody did this through a door: it follows from what is its cause.
      </p>
    ) : (
      <dl>
        <dt>Who</dt>
        <dd>{actor}</dd>
        <dt>By id</dt>
        <dd>
          <Link to="/audit" search={{ subject: audit.subject }}>
            {audit.subject}
          </Link>
        </dd>
        <dt>Key</dt>
        <dd>{audit.keyId}</dd>
        <dt>Through</dt>
        <dd>{audit.via}</dd>
        <dt>Request</dt>
        <dd>
          <code className="long">{audit.requestId ?? '—'}</code>
        </dd>
        <dt>What was done</dt>
        <dd>{cause}</dd>
        <dt>Why</dt>
        <dd>{audit.reason ?? 'nothing was said'}</dd>
      </dl>
    )}
  </Card>
);

const Place = ({ act: { stream, version, position, previous, hash } }: PartProps) => (
  <Card title="Its place in the record">
    <dl>
      <dt>Of</dt>
      <dd>
        <StreamName stream={stream} />, event {version} of it (
        <Link to="/audit" search={{ show: 'events', stream }}>
          all of them
        </Link>
        )
      </dd>
      <dt>Position</dt>
      <dd>
        #{position} (
        <Link to="/audit" search={{ show: 'events', after: Math.max(0, position - 10) }}>
          what stands around it
        </Link>
        )
      </dd>
      <dt>Its hash</dt>
      <dd>
        <code className="long">{hash}</code>
      </dd>
      <dt>Of the event before it</dt>
      <dd>{previous === null ? 'it is the first of its stream' : <code className="long">{previous}</code>}</dd>
    </dl>
  </Card>
);

const Shown = ({ act }: PartProps) => (
  <>
    <p>
      <strong>{act.type}</strong> {act.text === act.type ? '' : act.text} <When at={act.recordedAt} />{' '}
      <Mark tone="still">{act.audit === null ? 'followed' : 'act'}</Mark>
    </p>
    <p className="acts">
      {act.position > 1 && (
        <Link to="/audit/$position" params={{ position: String(act.position - 1) }}>
          The event before
        </Link>
      )}
      <Link to="/audit/$position" params={{ position: String(act.position + 1) }}>
        The event after
      </Link>
      <Link to="/audit">All acts</Link>
    </p>
    <div className="parts">
      <Who act={act} />
      <Place act={act} />
      <Changed act={act} />
      <Card title="What was recorded" className="wide">
        <pre tabIndex={0} aria-label="What was recorded">
          {JSON.stringify(act.data, null, 2)}
        </pre>
      </Card>
    </div>
  </>
);

/** One event: who did it and why, what it changed, what was recorded, and its links in the chain. */
export const ActPage = () => {
  const { position } = useParams({ from: '/audit/$position' });
  const at = Number(position);
  const isPosition = Number.isSafeInteger(at) && at > 0;
  const answer = useAnswer('act', SHOWN_ACT, { position: at }, { isWanted: isPosition });
  if (!isPosition)
    return (
      <>
        <h1>No event</h1>
        <p role="alert">{position} is no position of an event.</p>
      </>
    );
  return (
    <>
      <h1>Event #{position}</h1>
      <Reading of={`event #${position}`} answer={answer}>
        {({ act }) => (act === null ? <p>There is no event at #{position}.</p> : <Shown act={act} />)}
      </Reading>
    </>
  );
};
