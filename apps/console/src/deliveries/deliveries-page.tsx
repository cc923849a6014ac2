import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { usePages } from '../api/use-pages.js';
import { useNow } from '../time/clock.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Choice, Exactly } from '../ui/choice.js';
import { Mark } from '../ui/mark.js';
import { More } from '../ui/more.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { Channels, CHANNELS_READ } from './channels.js';
import { DELIVERY_TONES, Retry } from './delivery-list.js';
import { fateOf } from './fate.js';
import { ATTEMPTS, CHANNELS, type DeliveryRow, DELIVERIES } from './ledger-document.js';

const STATUSES = ['delivered', 'due', 'gave_up', 'superseded'] as const;
type Status = (typeof STATUSES)[number];
const isStatus = (text: string | undefined): text is Status => STATUSES.some((status) => status === text);

/** The deliveries that the address asks for, page after page as they are wanted. */
const useLedger = () => {
  const { status, channel, incident } = useSearch({ from: '/deliveries' });
  const asked = {
    ...(isStatus(status) && { status: [status] }),
    ...(channel !== undefined && { channel }),
    ...(incident !== undefined && { incidentId: incident }),
  };
  return usePages('ledger', DELIVERIES, asked, { pageOf: ({ deliveries }) => deliveries, follows: ['delivery-'] });
};

/** The ways out by name: what is asked for is matched whole. */
const ChannelChoice = (props: Pick<Parameters<typeof Choice>[0], 'value' | 'choose'>) => {
  const { data } = useAnswer('channels', CHANNELS, {}, CHANNELS_READ);
  const names = data?.channels.nodes.map(({ name }) => name) ?? [];
  const known = props.value === undefined || names.includes(props.value) ? names : [props.value, ...names];
  return <Choice label="Channel" options={known.map((name) => [name, name])} {...props} />;
};

const Filters = () => {
  const search = useSearch({ from: '/deliveries' });
  const navigate = useNavigate({ from: '/deliveries' });
  const choose = (name: keyof typeof search) => (value: string | undefined) =>
    void navigate({
      search: ({ [name]: _before, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }),
      replace: true,
    });
  return (
    <div className="filters" role="search">
      <Choice
        label="State"
        value={search.status}
        options={STATUSES.map((each) => [each, words(each)])}
        choose={choose('status')}
      />
      <ChannelChoice value={search.channel} choose={choose('channel')} />
      <Exactly label="Incident (its id)" value={search.incident} choose={choose('incident')} />
    </div>
  );
};

const Attempts = ({ deliveryId }: { readonly deliveryId: string }) => (
  <Reading
    of="its attempts"
    answer={useAnswer('attempts', ATTEMPTS, { deliveryId }, { follows: [`delivery-${deliveryId}`] })}
  >
    {({ delivery }) => (
      <ol aria-label="Attempts">
        {(delivery?.attempts ?? []).map(({ attempt, at, outcome, status, detail, isLost }) => (
          <li key={attempt}>
            <When at={at} /> {words(outcome)}
            {status !== null && ` (${status})`}: {detail}
            {isLost === true && ' (nobody knows whether it arrived)'}
          </li>
        ))}
      </ol>
    )}
  </Reading>
);

/** Attempts are read when they are asked for: most deliveries have one. */
const Tried = ({ row: { deliveryId, attemptCount } }: { readonly row: DeliveryRow }) => {
  const [isOpen, setOpen] = useState(false);
  if (attemptCount === 0) return <>not yet</>;
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{attemptCount === 1 ? 'once' : `${attemptCount} times`}</summary>
      {isOpen && <Attempts deliveryId={deliveryId} />}
    </details>
  );
};

const Fate = ({ row }: { readonly row: DeliveryRow }) => <>{fateOf(row, useNow())}</>;

const COLUMNS = [
  { heading: 'Asked for', cell: ({ requestedAt }: DeliveryRow) => <When at={requestedAt} /> },
  {
    heading: 'Channel',
    cell: ({ channel, isUrgent }: DeliveryRow) => `${channel}${isUrgent ? ', urgent' : ''}`,
  },
  { heading: 'To', cell: ({ person, address }: DeliveryRow) => person ?? address ?? 'all of it' },
  { heading: 'What', cell: ({ action, subject }: DeliveryRow) => `${words(action)} (${subject})` },
  { heading: 'Key', cell: ({ dedupKey }: DeliveryRow) => <code className="wraps">{dedupKey}</code> },
  {
    heading: 'State',
    cell: (row: DeliveryRow) => (
      <>
        <Mark tone={DELIVERY_TONES[row.status]}>{words(row.status)}</Mark>{' '}
        {row.isUnknown && <Mark tone="warn">perhaps arrived</Mark>} <Fate row={row} />
      </>
    ),
  },
  { heading: 'Tried', cell: (row: DeliveryRow) => <Tried row={row} /> },
  {
    heading: 'Act',
    cell: ({ deliveryId, status }: DeliveryRow) => status === 'gave_up' && <Retry deliveryId={deliveryId} />,
  },
];

const Ledger = () => {
  const pages = useLedger();
  const { incident } = useSearch({ from: '/deliveries' });
  return (
    <Card title="Ledger, the newest first" className="wide">
      <Filters />
      {incident !== undefined && (
        <p>
          Of{' '}
          <Link to="/incidents/$id" params={{ id: incident }}>
            this incident
          </Link>
        </p>
      )}
      {pages.rows !== undefined && (
        <Rows
          label="Deliveries"
          columns={COLUMNS}
          rows={pages.rows}
          keyOf={({ deliveryId }) => deliveryId}
          none="Nothing was sent, or none of it is as was asked for. A test of a channel shows whether a page would arrive."
        />
      )}
      <More of="the deliveries" pages={pages} />
    </Card>
  );
};

/** Every message that left, or should have, and the ways by which they leave. */
export const DeliveriesPage = () => (
  <>
    <h1>Deliveries</h1>
    <div className="parts">
      <Channels />
      <Ledger />
    </div>
  </>
);
