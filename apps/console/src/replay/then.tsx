import { ALERT_TONES } from '../alerts/alert-document.js';
import { lengthOf } from '../time/moments.js';
import { HEALTH_WORDS, healthTone } from '../map/pops.js';
import { releaseName } from '../rollouts/release.js';
import { Card } from '../ui/card.js';
import { count, money, percent } from '../ui/figures.js';
import { Mark, type Tone } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import type { Answered } from './counted.js';
import type { AlertThen, Moment, RollbackThen, WaveThen } from './moment.js';

const STANDINGS: Readonly<Record<Moment['status'], readonly [className: string, icon: string]>> = {
  before: ['idle', '○'],
  open: ['failing', '▲'],
  acknowledged: ['warned', '◆'],
  resolved: ['well', '●'],
};

const verdictText = ({ status, title, priority, severity, owner }: Moment): string => {
  if (status === 'before') return 'Not known yet: no incident was open';
  if (status === 'resolved') return `Over · ${title ?? ''}`;
  const taken = status === 'acknowledged' ? `taken by ${owner ?? 'somebody'}` : 'nobody has it';
  return [priority ?? severity, title, taken].filter((part) => part !== null).join(' · ');
};

/** What one would have read first then. */
export const VerdictThen = ({ moment }: { readonly moment: Moment }) => {
  const [className, icon] = STANDINGS[moment.status];
  return (
    <div className={`verdict ${className}`} role="status">
      <span aria-hidden="true">{icon} </span>
      <h2>{verdictText(moment)}</h2>
    </div>
  );
};

interface FiguresProps {
  readonly moment: Moment;
  readonly fleet: Answered | undefined;
}

/** The figures of then: what was counted within the minute before, or the step of a long incident, and the impact as it was told last. */
export const FiguresThen = ({ moment: { impact, alerts }, fleet }: FiguresProps) => {
  const figures = [
    ['Success of the fleet', percent(fleet?.success)],
    ['Customers hurt', impact === null ? '—' : count(impact.affectedCustomers)],
    ['Impact score', impact === null ? '—' : count(impact.score)],
    ['A minute', impact === null ? '—' : money(impact.dollarsPerMinute)],
    ['Alerts firing', count(alerts.filter(({ state }) => state === 'firing').length)],
  ] as const;
  return (
    <dl className="tiles">
      {figures.map(([name, value]) => (
        <div key={name} className="tile">
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
          </dd>
        </div>
      ))}
    </dl>
  );
};

interface RegionsProps {
  readonly regions: readonly Answered[] | undefined;
  /** Of how long the figures are, ms. */
  readonly span: number;
}

/** Regions as they answered within the minute before, or the step. */
export const RegionsThen = ({ regions, span }: RegionsProps) => (
  <Card title="Regions" aside={<span className="quiet">{`within ${lengthOf(span)} before`}</span>}>
    <Rows
      label="Regions then, the worst first"
      columns={[
        { heading: 'Region', cell: ({ key }) => key },
        {
          heading: 'State',
          cell: ({ success }) => <Mark tone={healthTone(success)}>{HEALTH_WORDS[healthTone(success)]}</Mark>,
        },
        { heading: 'Success', isNumber: true, cell: ({ success }) => percent(success) },
        { heading: 'Asked', isNumber: true, cell: ({ good, bad }) => count(good + bad) },
      ]}
      rows={regions ?? []}
      keyOf={({ key }) => key}
      none={
        regions === undefined
          ? 'Reading what was counted …'
          : 'Nothing was counted by region: what is older than the retention is gone.'
      }
    />
  </Card>
);

const ALERT_COLUMNS = [
  { heading: 'Alert', cell: ({ rule, key }: AlertThen) => `${words(rule)} on ${key}` },
  { heading: 'State', cell: ({ state }: AlertThen) => <Mark tone={ALERT_TONES[state]}>{state}</Mark> },
  { heading: 'Severity', cell: ({ severity }: AlertThen) => severity },
];

/** Alerts as they were, those that fired first. */
export const AlertsThen = ({ alerts }: { readonly alerts: readonly AlertThen[] }) => (
  <Card title="Alerts">
    <Rows
      label="Alerts then"
      columns={ALERT_COLUMNS}
      rows={alerts.toSorted((one, other) => Number(one.state === 'resolved') - Number(other.state === 'resolved'))}
      keyOf={({ alertId }) => alertId}
      none="No rule had fired."
    />
  </Card>
);

const ROLLBACK_TONES: Readonly<Record<RollbackThen['status'], Tone>> = {
  requested: 'warn',
  proposed: 'warn',
  approved: 'warn',
  refused: 'bad',
  running: 'warn',
  stopped: 'bad',
  completed: 'good',
};
const WAVE_TONES: Readonly<Record<WaveThen['status'], Tone>> = {
  planned: 'still',
  commanded: 'warn',
  verified: 'good',
};

/** Rollbacks as they stood, wave by wave. */
export const RollbacksThen = ({ rollbacks }: { readonly rollbacks: readonly RollbackThen[] }) => (
  <Card title="What the automation had done">
    {rollbacks.length === 0 ? (
      <p className="quiet">No rollback was decided.</p>
    ) : (
      rollbacks.map(({ rollbackId, status, from, to, because, waves }) => (
        <div key={rollbackId}>
          <strong>
            Roll back {from === null ? '—' : releaseName(from)} to {to === null ? '—' : releaseName(to)}
          </strong>{' '}
          <Mark tone={ROLLBACK_TONES[status]}>{status}</Mark>
          {because !== null && <div>{because}</div>}
          {waves.length > 0 && (
            <ol aria-label="Waves">
              {waves.map(({ wave, nodes, answered, status: state }) => (
                <li key={wave}>
                  Wave {wave} <Mark tone={WAVE_TONES[state]}>{state}</Mark> {answered} of {nodes} nodes answered
                </li>
              ))}
            </ol>
          )}
        </div>
      ))
    )}
  </Card>
);
