import './audit.css';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useId } from 'react';
import { usePages } from '../api/use-pages.js';
import { When } from '../time/when.js';
import { useZone } from '../time/zone.js';
import { said } from '../ui/field.js';
import { More } from '../ui/more.js';
import { Rows } from '../ui/rows.js';
import { ACTS, type ActRow } from './audit-document.js';
import { type AuditSearch, fieldOf, momentOfField } from './audit-search.js';
import { Chain } from './chain.js';
import { EventLink, shortened, StreamName } from './event-link.js';
import { Events } from './events.js';

const ACT_COLUMNS = [
  {
    heading: 'What was done',
    cell: ({ position, cause, type }: ActRow) => <EventLink position={position}>{shortened(cause) || type}</EventLink>,
  },
  { heading: 'Who', cell: ({ actor }: ActRow) => actor },
  { heading: 'Through', cell: ({ audit }: ActRow) => audit.via },
  { heading: 'Why', cell: ({ audit }: ActRow) => audit.reason ?? '—' },
  { heading: 'Recorded as', cell: ({ type }: ActRow) => type },
  { heading: 'Of', cell: ({ stream }: ActRow) => <StreamName stream={stream} /> },
  { heading: 'When', cell: ({ recordedAt }: ActRow) => <When at={recordedAt} /> },
];

/** Every event of the system may be an act; this list is read to look back, and need not move with each. */
const ACTS_REST_MS = 2_000;

const Acts = ({ search: { show: _show, after: _after, ...asked } }: { readonly search: AuditSearch }) => {
  const pages = usePages('acts', ACTS, asked, { pageOf: ({ acts }) => acts, follows: [''], restMs: ACTS_REST_MS });
  const isNarrowed = Object.keys(asked).length > 0;
  return (
    <>
      {pages.rows !== undefined && (
        <Rows
          label="Acts"
          columns={ACT_COLUMNS}
          rows={pages.rows}
          keyOf={({ position }) => position}
          none={
            isNarrowed
              ? 'Nobody did anything like that. Everybody and any time: empty the fields.'
              : 'Nobody has done anything yet. What people and programs do by the console, the CLI, the API, Slack or PagerDuty stands here, with who and why.'
          }
        />
      )}
      <More of="the acts" pages={pages} />
    </>
  );
};

const FIELDS = [
  ['actor', 'Who', 'operator:ann'],
  ['subject', 'By id', 'key:k1'],
  ['stream', 'Of (stream)', 'incident-in1'],
  ['type', 'Recorded as', 'SilenceCreated'],
] as const;

const Filter = ({ search }: { readonly search: AuditSearch }) => {
  const navigate = useNavigate();
  const { zone } = useZone();
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const texts = FIELDS.flatMap(([name]) => (said(form, name) === '' ? [] : [[name, said(form, name)] as const]));
    const moments = (['from', 'to'] as const).flatMap((name) => {
      const moment = momentOfField(said(form, name), zone);
      return moment === undefined ? [] : [[name, moment] as const];
    });
    void navigate({ to: '/audit', search: Object.fromEntries([...texts, ...moments]) });
  };
  return (
    <form className="filter" onSubmit={submit} key={JSON.stringify([search, zone])} role="search" aria-label="Acts">
      {FIELDS.map(([name, label, example]) => (
        <p key={name}>
          <label htmlFor={`${id}${name}`}>{label}</label>
          <input
            id={`${id}${name}`}
            name={name}
            defaultValue={search[name] ?? ''}
            placeholder={example}
            maxLength={500}
          />
        </p>
      ))}
      {(['from', 'to'] as const).map((name) => (
        <p key={name}>
          <label htmlFor={`${id}${name}`}>{`${name === 'from' ? 'From' : 'Before'} (${zone})`}</label>
          <input
            id={`${id}${name}`}
            name={name}
            type="datetime-local"
            step={1}
            defaultValue={fieldOf(search[name], zone)}
          />
        </p>
      ))}
      <p className="go">
        <button type="submit">Look</button>
        <Link to="/audit" search={{}}>
          All acts
        </Link>
      </p>
    </form>
  );
};

/** Who did what, when and why; whether the record of it holds; and everything that was recorded of one thing. */
export const AuditPage = () => {
  const search: AuditSearch = useSearch({ from: '/audit' });
  const { stream, show } = search;
  const ofStream = stream === undefined ? {} : { stream };
  return (
    <>
      <h1>Audit</h1>
      <Chain />
      <nav className="acts" aria-label="What is shown">
        <Link to="/audit" search={ofStream} className={show === undefined ? 'shown' : undefined}>
          Acts
        </Link>
        <Link to="/audit" search={{ show: 'events', ...ofStream }} className={show === 'events' ? 'shown' : undefined}>
          Everything that was recorded
        </Link>
      </nav>
      <section className="record" aria-label={show === 'events' ? 'Everything that was recorded' : 'Acts'}>
        {show === 'events' ? (
          <Events search={search} />
        ) : (
          <>
            <Filter search={search} />
            <Acts search={search} />
          </>
        )}
      </section>
    </>
  );
};
