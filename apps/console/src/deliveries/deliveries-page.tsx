import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useHolding } from '../api/held.js';
import { request, type RequestFailed } from '../api/request.js';
import { useSession } from '../api/session.js';
import { useAnswer } from '../api/use-answer.js';
import { useNow } from '../time/clock.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Choice, Find } from '../ui/choice.js';
import { Failure } from '../ui/failure.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { Channels } from './channels.js';
import { DELIVERY_TONES, fateOf, Retry } from './delivery-list.js';
import { ATTEMPTS, type DeliveryRow, DELIVERIES } from './ledger-document.js';

const STATUSES = ['delivered', 'due', 'gave_up', 'superseded'] as const;
type Status = (typeof STATUSES)[number];
const isStatus = (text: string | undefined): text is Status => STATUSES.some((status) => status === text);

/** The deliveries that the address asks for, page after page as they are wanted. */
const useLedger = () => {
  const { key } = useSession();
  const isHeld = useHolding().held !== null;
  const { status, channel, incident } = useSearch({ from: '/deliveries' });
  const asked = {
    ...(isStatus(status) && { status: [status] }),
    ...(channel !== undefined && { channel }),
    ...(incident !== undefined && { incidentId: incident }),
  };
  return useInfiniteQuery({
    queryKey: ['ledger', asked],
    queryFn: async ({ pageParam, signal }) =>
      (await request(key, DELIVERIES, { ...asked, after: pageParam }, signal)).deliveries,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    enabled: !isHeld,
    meta: { follows: ['delivery-'] },
  });
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
      <Find label="Channel" value={search.channel} choose={choose('channel')} />
      <Find label="Incident (its id)" value={search.incident} choose={choose('incident')} />
    </div>
  );
};

const Attempts = ({ deliveryId }: { readonly deliveryId: string }) => (
  <Reading
    of="its attempts"
    answer={useAnswer('attempts', ATTEMPTS, { deliveryId }, { follows: [`delivery-${deliveryId}`] })}
  >
    {({ delivery }) => (
      <ol>
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
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useLedger();
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
      {error !== null && <Failure of="the deliveries" error={error as RequestFailed} />}
      {data === undefined ? (
        error === null && <p className="quiet">Reading the deliveries …</p>
      ) : (
        <Rows
          label="Deliveries"
          columns={COLUMNS}
          rows={data.pages.flatMap(({ nodes }) => nodes)}
          keyOf={({ deliveryId }) => deliveryId}
          none="Nothing was sent, or none of it is as was asked for. A test of a channel shows whether a page would arrive."
        />
      )}
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? 'Reading …' : 'Older ones'}
        </button>
      )}
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
