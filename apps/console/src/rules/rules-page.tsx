import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent } from 'react';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Field, said, Text } from '../ui/field.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { RELOAD_RULES, RULES, type RuleShown, WHY_NOT } from './rules-document.js';

const COLUMNS = [
  { heading: 'Rule', cell: ({ name }: RuleShown) => words(name) },
  {
    heading: 'Fires when',
    cell: ({ signal, comparison, threshold, window, for: lasts }: RuleShown) =>
      `${words(signal)} ${comparison} ${threshold} over ${lengthOf(window)}${lasts === 0 ? '' : `, for ${lengthOf(lasts)}`}`,
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

const Answered = ({ rule, subject }: { readonly rule: string; readonly subject: string | undefined }) => (
  <Reading
    of="why not"
    answer={useAnswer('why-not', WHY_NOT, { rule, ...(subject && { subject }) }, { everyMs: 5_000 })}
  >
    {({ whyNot }) =>
      whyNot === null ? (
        <p>There is no such rule.</p>
      ) : (
        <div role="status">
          <p>
            <Mark tone={whyNot.verdict === 'fired' ? 'bad' : 'still'}>{words(whyNot.verdict)}</Mark> {whyNot.because},{' '}
            <When at={whyNot.at} />
          </p>
          <ul>
            {whyNot.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )
    }
  </Reading>
);

/** Asks why a rule did not fire; what was asked is in the address. */
const WhyNot = ({ rules }: { readonly rules: readonly RuleShown[] }) => {
  const { rule, subject } = useSearch({ from: '/rules' });
  const navigate = useNavigate();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const asked = said(form, 'subject');
    void navigate({ to: '/rules', search: { rule: said(form, 'rule'), ...(asked !== '' && { subject: asked }) } });
  };
  return (
    <Card title="Why did it not fire?">
      <form onSubmit={ask} className="asks">
        <p>
          <label htmlFor="rule">Rule</label>
          <select id="rule" name="rule" defaultValue={rule}>
            {rules.map(({ name }) => (
              <option key={name} value={name}>
                {words(name)}
              </option>
            ))}
          </select>
        </p>
        <Field
          label="Of what (fleet, pop:iad, release_region:v2.1.5+c42|asia)"
          name="subject"
          defaultValue={subject ?? 'fleet'}
        />
        <button type="submit">Ask</button>
      </form>
      {rule !== undefined && <Answered rule={rule} subject={subject} />}
    </Card>
  );
};

/** The rules in force, why they did not fire, and the sets before. */
export const RulesPage = () => {
  const answer = useAnswer('rules', RULES, {}, { follows: ['rules'] });
  return (
    <>
      <h1>Rules</h1>
      <Reading of="the rules" answer={answer}>
        {({ rules, ruleHistory }) =>
          rules === null ? (
            <p>No rules were loaded: nothing is judged.</p>
          ) : (
            <>
              <p>
                Version {rules.version}, {rules.ruleCount} rules of {rules.source}, loaded <When at={rules.loadedAt} />{' '}
                by {rules.loadedBy}
              </p>
              {rules.refused !== null && (
                <p role="alert" className="failure">
                  {rules.refused.source} was refused: {rules.refused.problems.join('; ')}
                </p>
              )}
              <div className="acts">
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
                <Card title="Sets before">
                  <Rows
                    label="Sets of rules"
                    columns={[
                      { heading: 'Version', cell: ({ version }) => String(version) },
                      { heading: 'Source', cell: ({ source }) => source },
                      { heading: 'Loaded', cell: ({ loadedAt }) => <When at={loadedAt} /> },
                      { heading: 'By', cell: ({ loadedBy }) => loadedBy },
                      { heading: 'Rules', isNumber: true, cell: ({ ruleCount }) => String(ruleCount) },
                    ]}
                    rows={ruleHistory.nodes}
                    keyOf={({ version }) => version}
                    none="None."
                  />
                </Card>
              </div>
            </>
          )
        }
      </Reading>
    </>
  );
};
