import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useAll } from '../api/use-all.js';
import { useAnswer } from '../api/use-answer.js';
import { rangeOf } from '../time/range.js';
import { RangePicker } from '../time/range-picker.js';
import { useWhole } from '../time/use-whole.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Choice, Find } from '../ui/choice.js';
import { csvOf, download } from '../ui/csv.js';
import { Failure } from '../ui/failure.js';
import { count, money, share } from '../ui/figures.js';
import { type LongColumn, LongRows } from '../ui/long-rows.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { words } from '../ui/words.js';
import {
  type CustomerFilter,
  type CustomerShown,
  customersShown,
  filtered,
  type Told,
  toldOf,
} from './customer-rows.js';
import { Places } from './places.js';
import { AFFECTED, type Affected, CUSTOMERS, TOLD } from './customers-document.js';

const TOLD_TONES: Readonly<Record<Told['status'], Tone>> = {
  delivered: 'good',
  published: 'good',
  due: 'warn',
  gave_up: 'bad',
  superseded: 'still',
};

const ToldShown = ({ told: { status, at, isOfAll } }: { readonly told: Told }) => (
  <>
    <Mark tone={TOLD_TONES[status]}>{words(status)}</Mark> <When at={at} />
    {isOfAll === true && ' in one message to all'}
  </>
);

const ToldCell = ({ told, toldBefore, hurt, isToldKnown }: CustomerShown) => {
  if (told !== undefined) return <ToldShown told={told} />;
  if (!isToldKnown) return <span className="quiet">not known</span>;
  if (hurt === undefined) return '—';
  if (toldBefore === undefined) return <Mark tone="warn">not told</Mark>;
  return (
    <>
      <Mark tone="warn">not since it was hurt</Mark> last <When at={toldBefore.at} />
    </>
  );
};

const COLUMNS: readonly LongColumn<CustomerShown>[] = [
  {
    name: 'name',
    heading: 'Customer',
    rank: ({ name }) => name,
    cell: ({ customerId, name, critical }) => (
      <Link to="/customers/$id" params={{ id: customerId }} search={(search) => search}>
        {name}
        {critical && ' (critical)'}
      </Link>
    ),
  },
  { name: 'tier', heading: 'Tier', rank: ({ tier }) => tier, cell: ({ tier }) => tier.replace('tier', '') },
  { name: 'sector', heading: 'Sector', rank: ({ sector }) => sector, cell: ({ sector }) => sector ?? '—' },
  {
    name: 'failing',
    heading: 'Failing in its worst minute',
    isNumber: true,
    rank: ({ hurt }) => hurt?.failing ?? null,
    cell: ({ hurt, isHurt }) => (hurt === undefined ? (isHurt === 'no' ? '—' : isHurt) : share(hurt.failing)),
  },
  {
    name: 'money',
    heading: 'A minute',
    isNumber: true,
    rank: ({ hurt }) => hurt?.dollarsPerMinute ?? null,
    cell: ({ hurt }) => (hurt === undefined ? '—' : money(hurt.dollarsPerMinute)),
  },
  {
    name: 'minutes',
    heading: 'Minutes',
    isNumber: true,
    rank: ({ hurt }) => hurt?.minutes ?? null,
    cell: ({ hurt }) => (hurt === undefined ? '—' : count(hurt.minutes)),
  },
  {
    name: 'since',
    heading: 'Since',
    rank: ({ hurt }) => hurt?.firstAt ?? null,
    cell: ({ hurt }) => <When at={hurt?.firstAt ?? null} />,
  },
  {
    name: 'told',
    heading: 'Told',
    rank: ({ told }) => told?.at ?? null,
    cell: (customer) => <ToldCell {...customer} />,
  },
];

const CSV_HEADINGS = [
  'customer_id',
  'name',
  'tier',
  'critical',
  'sector',
  'countries',
  'sites',
  'hurt',
  'failing_in_worst_minute',
  'dollars_per_minute',
  'minutes',
  'first_at',
  'last_at',
  'told',
  'told_at',
];

/** The same as a file: figures as they are, and not as they are shown. */
const asFile = (customers: readonly CustomerShown[]): string =>
  csvOf(
    CSV_HEADINGS,
    customers.map(({ customerId, name, tier, critical, sector, countries, sites, isHurt, hurt, told }) => [
      customerId,
      name,
      tier,
      String(critical),
      sector,
      countries?.join(' ') ?? null,
      sites,
      isHurt,
      hurt?.failing ?? null,
      hurt?.dollarsPerMinute ?? null,
      hurt?.minutes ?? null,
      hurt?.firstAt ?? null,
      hurt?.lastAt ?? null,
      told?.status ?? null,
      told?.at ?? null,
    ]),
  );

const TIERS = [
  ['tier1', '1'],
  ['tier2', '2'],
  ['tier3', '3'],
] as const;

const Filters = ({ all }: { readonly all: readonly CustomerShown[] }) => {
  const search = useSearch({ from: '/customers' });
  const navigate = useNavigate({ from: '/customers' });
  const sectors = useMemo(
    () => [...new Set(all.flatMap(({ sector }) => sector ?? []))].toSorted().map((each) => [each, each] as const),
    [all],
  );
  const choose = (name: keyof CustomerFilter) => (value: string | undefined) =>
    void navigate({
      search: ({ [name]: _before, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }),
      replace: true,
    });
  return (
    <div className="filters" role="search">
      <Find label="Name or id" value={search.find} choose={choose('find')} />
      <Choice label="Tier" value={search.tier} options={TIERS} choose={choose('tier')} />
      <Choice label="Sector" value={search.sector} options={sectors} choose={choose('sector')} />
      <Choice
        label="Hurt"
        value={search.hurt}
        options={[
          ['yes', 'hurt in this time'],
          ['no', 'not hurt'],
          ['unknown', 'not known'],
        ]}
        choose={choose('hurt')}
      />
    </div>
  );
};

/** Longest time of one answer of the API: four hours. */
const STRETCH_MS = 14_400_000;

/** Who was hurt in the time of the page. */
const useAffected = () => {
  const search = useSearch({ from: '/customers' });
  // Whole minutes, so that an answer is asked for once a minute and shared by all who look.
  const { from, to } = rangeOf(search, useWhole(60_000));
  const isCut = to - from > STRETCH_MS;
  const seconds = (at: number): string => new Date(Math.floor(at / 1_000) * 1_000).toISOString();
  const asked = { since: seconds(isCut ? to - STRETCH_MS : from), until: seconds(to) };
  return { isCut, answer: useAnswer('affected', AFFECTED, asked) };
};

const Sum = ({ affected, isCut }: { readonly affected: Affected | undefined; readonly isCut: boolean }) => {
  if (affected === undefined) return <p className="quiet">Counting who was hurt …</p>;
  const { affectedCustomers, dollarsPerMinute, byTier, customers, from, to } = affected;
  const listed =
    customers.length < affectedCustomers
      ? `; the gravest ${count(customers.length)} are marked, of the others it is not known here`
      : '';
  return (
    <p>
      {affectedCustomers === 0
        ? 'Nobody was hurt, as far as telemetry says, '
        : `${count(affectedCustomers)} customers were hurt (tier 1: ${byTier.tier1}, tier 2: ${byTier.tier2}, tier 3: ${byTier.tier3}), ${money(dollarsPerMinute)} a minute${listed}, `}
      from <When at={from} /> to <When at={to} />
      {isCut && ' (four hours are counted at once: pin a shorter time for what was before)'}.
    </p>
  );
};

/** Every customer: what it suffered in a time, what it costs, and whether it was told. */
export const CustomersPage = () => {
  const { order, ...search } = useSearch({ from: '/customers' });
  const navigate = useNavigate({ from: '/customers' });
  const customers = useAll('customers', CUSTOMERS, ({ customers: page }) => page, { follows: ['catalogue'] });
  const { isCut, answer: affected } = useAffected();
  const told = useAnswer('told', TOLD, {}, { follows: ['delivery-', 'status-'] });
  const hurt = affected.data?.affectedCustomers ?? undefined;
  const all = useMemo(
    () => customersShown(customers.data?.rows ?? [], hurt, told.data && toldOf(told.data)),
    [customers.data, hurt, told.data],
  );
  const { find, tier, sector, hurt: isHurt } = search;
  const rows = useMemo(
    () =>
      filtered(all, {
        ...(find !== undefined && { find }),
        ...(tier !== undefined && { tier }),
        ...(sector !== undefined && { sector }),
        ...(isHurt !== undefined && { hurt: isHurt }),
      }),
    [all, find, tier, sector, isHurt],
  );
  return (
    <>
      <h1>Customers</h1>
      <Card title="All, those that were hurt first" aside={<RangePicker />}>
        {affected.error !== null && <Failure of="who was hurt" error={affected.error} />}
        {told.error !== null && <Failure of="who was told" error={told.error} />}
        {(hurt !== undefined || affected.error === null) && <Sum affected={hurt} isCut={isCut} />}
        <Filters all={all} />
        <Reading of="the customers" answer={customers}>
          {({ rows: known, isCut: areMore }) => (
            <>
              <p className="acts">
                <span role="status">{`${count(rows.length)} of ${count(known.length)}${areMore ? ' (there are more than are read here)' : ''}`}</span>
                <button
                  type="button"
                  onClick={() => download('customers.csv', asFile(rows))}
                  disabled={rows.length === 0}
                >
                  Download as CSV
                </button>
              </p>
              <LongRows
                label="Customers"
                columns={COLUMNS}
                rows={rows}
                keyOf={({ customerId }) => customerId}
                none={
                  known.length === 0
                    ? 'No customer was registered, so nobody can be told who is hurt: POST /v1/customers, or tocsin customers import.'
                    : 'None is as was asked for.'
                }
                order={order}
                setOrder={(chosen) =>
                  void navigate({
                    search: ({ order: _before, ...rest }) => (chosen === undefined ? rest : { ...rest, order: chosen }),
                    replace: true,
                  })
                }
              />
            </>
          )}
        </Reading>
      </Card>
      <Places />
    </>
  );
};
