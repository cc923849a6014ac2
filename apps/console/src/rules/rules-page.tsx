import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent } from 'react';
import type { ResultOf } from '../api/graphql.js';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { usePages } from '../api/use-pages.js';
import { fieldOf, momentOfField } from '../audit/audit-search.js';
import { When } from '../time/when.js';
import { useZone } from '../time/zone.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Field, said, Select, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark } from '../ui/mark.js';
import { More } from '../ui/more.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { conditionOf } from './condition.js';
import { RELOAD_RULES, RULE_SETS, RULES, type RuleShown, WHY_NOT } from './rules-document.js';

const COLUMNS = [
  { heading: 'Rule', cell: ({ name }: RuleShown) => words(name) },
  {
    heading: 'Fires when',
    cell: (rule: RuleShown) => conditionOf(rule),
  },
  { heading: 'Of', cell: ({ scopes }: RuleShown) => scopes.map(words).join(', ') },
  { heading: 'Severity', cell: ({ severity }: RuleShown) => severity },
  { heading: 'Does', cell: ({ actions }: RuleShown) => actions.map((action) => words(action.do)).join(', ') || '—' },
];

const Reload = () => {
  const send = useAct(RELOAD_RULES);
  return (
    <Act
      label="Reload"
      needs="administer"
      done="Asked for; what became of it stands here in a moment."
      send={(form) => send(said(form, 'comment') === '' ? {} : { comment: said(form, 'comment') })}
    >
      <p>Whoever holds the files reads them again. What does not parse changes nothing, and says so here.</p>
      <Text label="Why (optional)" name="comment" maxLength={COMMENT_MAX} />
    </Act>
  );
};

interface Asked {
  readonly rule: string;
  readonly subject?: string;
  /** ISO 8601 in UTC; undefined: now. */
  readonly at?: string;
}

/** Of now it is asked again; a moment of the past says the same each time. */
const EVERY_MS = 5_000;

const Answered = ({ asked }: { readonly asked: Asked }) => (
  <Reading
    of="why not"
    answer={useAnswer('why-not', WHY_NOT, asked, asked.at === undefined ? { everyMs: EVERY_MS } : {})}
  >
    {({ whyNot }) =>
      whyNot === null ? (
        <p>There is no such rule.</p>
      ) : (
        <>
          <p>
            <Mark tone={whyNot.verdict === 'fired' ? 'bad' : 'still'}>{words(whyNot.verdict)}</Mark> {whyNot.because},{' '}
            <When at={whyNot.at} />
          </p>
          <ul>
            {whyNot.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          {whyNot.events.length > 0 && (
            <>
              <h3>What says so</h3>
              <ul>
                {whyNot.events.map(({ eventId, text }) => (
                  <li key={eventId} className="wraps">
                    {text} <code>{eventId}</code>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )
    }
  </Reading>
);

/** Asks why a rule did not fire; what was asked is in the address. */
const WhyNot = ({ rules }: { readonly rules: readonly RuleShown[] }) => {
  const { rule, subject, at } = useSearch({ from: '/rules' });
  const navigate = useNavigate();
  const { zone } = useZone();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const asked = said(form, 'subject');
    const moment = momentOfField(said(form, 'at'), zone);
    const search = {
      rule: said(form, 'rule'),
      ...(asked !== '' && { subject: asked }),
      ...(moment !== undefined && { at: moment }),
    };
    void navigate({ to: '/rules', search });
  };
  const when = at === undefined ? undefined : momentOfField(at, 'local');
  return (
    <Card title="Why did it not fire?">
      <form onSubmit={ask} className="asks" key={JSON.stringify([rule, subject, at, zone])}>
        <Select
          label="Rule"
          name="rule"
          defaultValue={rule}
          options={rules.map(({ name }) => [name, words(name)] as const)}
        />
        <Field
          label="Of what (fleet, pop:iad, release_region:v2.1.5+c42|asia)"
          name="subject"
          defaultValue={subject ?? 'fleet'}
        />
        <Field
          label={`At (${zone}; empty: now)`}
          name="at"
          type="datetime-local"
          step={1}
          defaultValue={fieldOf(when, zone)}
        />
        <button type="submit">Ask</button>
      </form>
      {rule !== undefined && (
        <Answered
          asked={{ rule, ...(subject !== undefined && { subject }), ...(when !== undefined && { at: when }) }}
        />
      )}
    </Card>
  );
};

type RuleSet = ResultOf<typeof RULE_SETS>['ruleHistory']['nodes'][number];

const SET_COLUMNS = [
  { heading: 'Version', cell: ({ version }: RuleSet) => String(version) },
  { heading: 'Source', cell: ({ source }: RuleSet) => source },
  { heading: 'Loaded', cell: ({ loadedAt }: RuleSet) => <When at={loadedAt} /> },
  { heading: 'By', cell: ({ loadedBy }: RuleSet) => loadedBy },
  { heading: 'Rules', isNumber: true, cell: ({ ruleCount }: RuleSet) => String(ruleCount) },
];

const SetsBefore = () => {
  const pages = usePages('rule-sets', RULE_SETS, {}, { pageOf: ({ ruleHistory }) => ruleHistory, follows: ['rules'] });
  return (
    <Card title="Sets that were loaded">
      {pages.rows !== undefined && (
        <Rows
          label="Sets of rules"
          columns={SET_COLUMNS}
          rows={pages.rows}
          keyOf={({ version }) => version}
          none="None."
        />
      )}
      <More of="the sets" pages={pages} />
    </Card>
  );
};

type RulesInForce = NonNullable<ResultOf<typeof RULES>['rules']>;

/** What is wrong with what was loaded, or was to be. */
const Troubles = ({ rules: { refused, warnings } }: { readonly rules: RulesInForce }) => (
  <>
    {refused !== null && (
      <p role="alert" className="failure">
        {refused.source} was refused: {refused.problems.join('; ')}
      </p>
    )}
    {warnings.length > 0 && (
      <>
        <p>
          <Mark tone="warn">warnings</Mark> It is in force, but:
        </p>
        <ul aria-label="Warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      </>
    )}
  </>
);

/** The rules in force, why they did not fire, and the sets before. */
export const RulesPage = () => (
  <>
    <h1>Rules</h1>
    <Reading of="the rules" answer={useAnswer('rules', RULES, {}, { follows: ['rules'] })}>
      {({ rules }) =>
        rules === null ? (
          <p>No rules were loaded: nothing is judged.</p>
        ) : (
          <>
            <p>
              Version {rules.version}, {rules.ruleCount} rules of {rules.source}, loaded <When at={rules.loadedAt} /> by{' '}
              {rules.loadedBy}
            </p>
            <Troubles rules={rules} />
            <div className="acts" role="group" aria-label="Acts">
              <Reload />
            </div>
            <div className="parts">
              <Card title="In force" className="wide">
                <Rows
                  label="Rules"
                  columns={COLUMNS}
                  rows={rules.rules}
                  keyOf={({ name }) => name}
                  none="The set is empty: nothing is judged."
                />
              </Card>
              <WhyNot rules={rules.rules} />
              <SetsBefore />
            </div>
          </>
        )
      }
    </Reading>
  </>
);
