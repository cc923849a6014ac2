import { Link, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import type { ResultOf } from '../api/graphql.js';
import { useAnswer } from '../api/use-answer.js';
import { usePages } from '../api/use-pages.js';
import { When } from '../time/when.js';
import { Field, said } from '../ui/field.js';
import { More } from '../ui/more.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { EVENTS, type EventRow, HEAD } from './audit-document.js';
import type { AuditSearch } from './audit-search.js';
import { EventLink, StreamName } from './event-link.js';

/** As many as a page of the list has. */
const STEP = 100;

/** All events at once come many a second in a storm, and each would be a reading of the whole list: as long as an eye needs for a row. */
const ALL_REST_MS = 2_000;

const COLUMNS = [
  {
    heading: 'Position',
    isNumber: true,
    cell: ({ position }: EventRow) => <EventLink position={position}>{`#${position}`}</EventLink>,
  },
  { heading: 'When', cell: ({ recordedAt }: EventRow) => <When at={recordedAt} /> },
  { heading: 'What', cell: ({ type, text }: EventRow) => (text === type ? type : `${type}: ${text}`) },
  { heading: 'Who', cell: ({ actor }: EventRow) => actor },
  { heading: 'Of', cell: ({ stream }: EventRow) => <StreamName stream={stream} /> },
];

const List = ({ stream, position }: { readonly stream?: string; readonly position?: number }) => {
  const asked = { ...(stream !== undefined && { stream }), ...(position !== undefined && { position }) };
  const of = { pageOf: ({ events }: ResultOf<typeof EVENTS>) => events, follows: [stream ?? ''] };
  const pages = usePages('events', EVENTS, asked, stream === undefined ? { ...of, restMs: ALL_REST_MS } : of);
  return (
    <>
      {pages.rows !== undefined && (
        <Rows
          label="Events"
          columns={COLUMNS}
          rows={pages.rows}
          keyOf={({ position: at }) => at}
          none={stream === undefined ? 'Nothing was recorded behind that.' : `Nothing was recorded of ${stream}.`}
        />
      )}
      <More of="the events" pages={pages} />
    </>
  );
};

const Behind = ({ position }: { readonly position: number }) => (
  <>
    <p className="acts">
      {position > 0 && (
        <Link to="/audit" search={{ show: 'events', after: Math.max(0, position - STEP) }}>
          {`${STEP} before`}
        </Link>
      )}
      <Link to="/audit" search={{ show: 'events' }}>
        The newest
      </Link>
    </p>
    <List key={position} position={position} />
  </>
);

const Newest = () => (
  <Reading of="how far the events go" answer={useAnswer('head', HEAD, {})}>
    {({ headPosition }) => <Behind position={Math.max(0, headPosition - STEP)} />}
  </Reading>
);

const Everything = ({ after }: { readonly after: number | undefined }) =>
  after === undefined ? <Newest /> : <Behind position={after} />;

const Choose = ({ stream }: { readonly stream: string | undefined }) => {
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = said(new FormData(event.currentTarget), 'stream');
    void navigate({ to: '/audit', search: { show: 'events', ...(chosen !== '' && { stream: chosen }) } });
  };
  return (
    <form className="filter" onSubmit={submit} key={stream ?? ''} role="search" aria-label="Events">
      <Field label="Of (stream)" name="stream" defaultValue={stream ?? ''} placeholder="incident-in1" maxLength={500} />
      <p className="go">
        <button type="submit">Look</button>
      </p>
    </form>
  );
};

/** Everything that was recorded: of one stream from its beginning, of all of them from the newest hundred on. */
export const Events = ({ search: { stream, after } }: { readonly search: AuditSearch }) => (
  <>
    <Choose stream={stream} />
    {stream === undefined ? <Everything after={after} /> : <List key={stream} stream={stream} />}
  </>
);
