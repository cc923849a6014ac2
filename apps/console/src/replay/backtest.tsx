import { useAnswer } from '../api/use-answer.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { count } from '../ui/figures.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { BACKTEST, type BacktestFound, type ToldBacktest } from './backtest-document.js';
import { CHANGE_TONES, changeText, delayText, summaryOf, underwayText } from './backtest-words.js';

/** No event tells of a backtest: while it is under way it is asked for how far it is. */
const RUNNING_MS = 1_000;

type Difference = BacktestFound['differences'][number];
const DIFFERENCES = [
  { heading: 'About', cell: ({ about }: Difference) => about },
  { heading: 'What', cell: ({ kind, action }: Difference) => `${kind} ${action}` },
  {
    heading: 'Change',
    cell: (each: Difference) => <Mark tone={CHANGE_TONES[each.change]}>{changeText(each)}</Mark>,
  },
  { heading: 'Then', cell: ({ beforeAt }: Difference) => <When at={beforeAt} /> },
  { heading: 'By these rules', cell: ({ afterAt }: Difference) => <When at={afterAt} /> },
  { heading: 'By', isNumber: true, cell: (each: Difference) => delayText(each) },
  { heading: 'Because', cell: ({ text }: Difference) => text },
];

const told = (value: number | null): string => (value === null ? '—' : count(value));
const delay = (ms: number | null): string => (ms === null ? '—' : `${(ms / 1_000).toFixed(2)} s`);
type RuleRow = BacktestFound['rules'][number];
const RULES = [
  { heading: 'Rule', cell: ({ rule }: RuleRow) => words(rule) },
  { heading: 'Alerts then', isNumber: true, cell: ({ alertsBefore }: RuleRow) => told(alertsBefore) },
  { heading: 'Alerts by these', isNumber: true, cell: ({ alertsAfter }: RuleRow) => told(alertsAfter) },
  { heading: 'For nothing then', isNumber: true, cell: ({ falseAlertsBefore }: RuleRow) => told(falseAlertsBefore) },
  { heading: 'For nothing by these', isNumber: true, cell: ({ falseAlertsAfter }: RuleRow) => told(falseAlertsAfter) },
  { heading: 'Delay then', isNumber: true, cell: ({ delayBefore }: RuleRow) => delay(delayBefore) },
  { heading: 'Delay by these', isNumber: true, cell: ({ delayAfter }: RuleRow) => delay(delayAfter) },
];

interface Total {
  readonly name: string;
  readonly of: (score: BacktestFound['before']) => number;
}
const TOTALS: readonly Total[] = [
  { name: 'Alerts', of: ({ alerts }) => alerts },
  { name: 'Incidents found', of: ({ found }) => found },
  { name: 'Pages', of: ({ pages }) => pages },
  { name: 'Pages for nothing', of: ({ falsePages }) => falsePages },
  { name: 'Rollbacks', of: ({ rollbacks }) => rollbacks },
];

const Doubts = ({ found: { isReproduced, shortened, worse } }: { readonly found: BacktestFound }) => (
  <>
    {worse.map((each) => (
      <p key={each}>
        <Mark tone="bad">worse</Mark> {each}
      </p>
    ))}
    {!isReproduced && (
      <p>
        <Mark tone="warn">with care</Mark> The rules of then, put over the same log, do not decide all that was decided
        then: something beside the log had a part in it. What is compared are both replays.
      </p>
    )}
    {shortened.map((each) => (
      <p key={each}>
        <Mark tone="warn">with care</Mark> {each}
      </p>
    ))}
  </>
);

const Found = ({ found }: { readonly found: BacktestFound }) => {
  const { from, to, outcomes, faults, before, after, rules, differences, differing, same } = found;
  const left = differing - differences.length;
  return (
    <>
      <p className="quiet">
        <When at={from} /> to <When at={to} />, {lengthOf(Date.parse(to) - Date.parse(from))}: {count(outcomes)}{' '}
        outcomes, {count(faults)} recorded {faults === 1 ? 'incident' : 'incidents'}
      </p>
      {summaryOf(differences).map((each) => (
        <p key={each}>
          <strong>{each}.</strong>
        </p>
      ))}
      <Doubts found={found} />
      <Rows
        label="What would have been other"
        columns={DIFFERENCES}
        rows={differences}
        keyOf={({ kind, action, about, beforeAt, afterAt, text }) =>
          [kind, action, about, beforeAt, afterAt, text].join(' ')
        }
        none="These rules would have done the same, alert by alert, page by page and command by command."
      />
      <p className="quiet">
        {left > 0 && `And ${count(left)} differences behind these. `}
        {count(same)} alerts, pages and commands are the same.
      </p>
      <Rows
        label="What both would have come to"
        columns={[
          { heading: 'In all', cell: ({ name }: Total) => name },
          { heading: 'By the rules of then', isNumber: true, cell: ({ of }: Total) => count(of(before)) },
          { heading: 'By these rules', isNumber: true, cell: ({ of }: Total) => count(of(after)) },
        ]}
        rows={TOTALS}
        keyOf={({ name }) => name}
        none=""
      />
      <details>
        <summary>{`Rule by rule, ${count(rules.length)}`}</summary>
        <Rows
          label="Rule by rule"
          columns={RULES}
          rows={rules}
          keyOf={({ rule }) => rule}
          none="No rule in both sets."
        />
      </details>
    </>
  );
};

const Told = ({ backtest }: { readonly backtest: ToldBacktest }) => {
  const { status, progress, failure, result } = backtest;
  if (status === 'failed')
    return (
      <p role="alert" className="failure">
        It could not be done: {failure ?? 'nobody said why'}.
      </p>
    );
  if (result !== null) return <Found found={result} />;
  return (
    <p>
      <progress value={progress} max={1} aria-label="How much of the log is folded" /> {underwayText(backtest)}
    </p>
  );
};

/** What other rules would have done: how far it is, then what they would have done otherwise. */
export const Backtest = ({ backtestId }: { readonly backtestId: string }) => {
  const answer = useAnswer('backtest', BACKTEST, { backtestId });
  const status = answer.data?.backtest?.status;
  // One that is not remembered, or by another process, will not be told later either.
  const isOver = status === 'done' || status === 'failed' || answer.error?.problem.code === 'NOT_FOUND';
  useAnswer('backtest', BACKTEST, { backtestId }, { everyMs: RUNNING_MS, isWanted: !isOver });
  return (
    <section aria-label="What these rules would have done" aria-busy={!isOver}>
      <Reading of="the backtest" answer={answer}>
        {({ backtest }) => (backtest === null ? null : <Told backtest={backtest} />)}
      </Reading>
    </section>
  );
};
