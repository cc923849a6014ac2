import { useNavigate } from '@tanstack/react-router';
import { type ChangeEvent, useId, useState } from 'react';
import { useAct } from '../api/use-act.js';
import { Act } from '../ui/act.js';
import { Card } from '../ui/card.js';
import { Field, said } from '../ui/field.js';
import { Backtest } from './backtest.js';
import { BEGIN_BACKTEST } from './backtest-document.js';
import { fieldOf, momentOfField, triedTime } from './backtest-words.js';
import type { ReplaySearch } from './replay-search.js';
import { sweepValues } from './sweep-values.js';

/** As much as the API takes. */
const RULES_CHARS_MAX = 50_000;

interface TryProps {
  /** The time that is tried unless another is given, ms since the epoch. */
  readonly range: { readonly from: number; readonly to: number };
}

/** Rules as a file of them has them: written here, or read from a file. */
const RulesText = () => {
  const [area, file] = [useId(), useId()];
  const [text, change] = useState('');
  const read = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = target.files ?? [];
    if (chosen !== undefined) change(await chosen.text());
  };
  return (
    <>
      <p>
        <label htmlFor={file}>A file of rules, or write them below</label>
        <input id={file} type="file" accept=".yml,.yaml" onChange={(event) => void read(event)} />
      </p>
      <p>
        <label htmlFor={area}>Rules</label>
        <textarea
          id={area}
          name="rules"
          className="rules-text"
          rows={12}
          value={text}
          onChange={({ target }) => change(target.value)}
          maxLength={RULES_CHARS_MAX}
          spellCheck={false}
          required
        />
      </p>
    </>
  );
};

/** Puts other rules over the time that is replayed. It reads, and changes nothing: whoever may look may try. */
const Try = ({ range }: TryProps) => {
  const navigate = useNavigate();
  const send = useAct(BEGIN_BACKTEST, ({ beginBacktest }) => {
    const id = beginBacktest.backtest?.backtestId;
    if (id === undefined) return;
    const search = (before: ReplaySearch): ReplaySearch => ({ ...before, backtest: id });
    void navigate({ to: '/replay', search, replace: true });
  });
  const tried = triedTime(range);
  // As it was written: what is wrong is told by its line.
  const rulesOf = (form: FormData) =>
    form
      .getAll('rules')
      .filter((each) => typeof each === 'string')
      .join('');
  const begin = (form: FormData) =>
    send({
      rules: rulesOf(form),
      from: momentOfField(said(form, 'from')) ?? null,
      to: momentOfField(said(form, 'to')) ?? null,
    });
  return (
    <Act label="Try rules" needs="view" done="Begun." send={begin}>
      <p>
        The recorded telemetry is put through the rules of then and through these, and what people would have noticed is
        compared: alerts, pages, commands. Nothing is paged, commanded or kept. These stand for the whole set: what is
        not among them does not fire.
      </p>
      <RulesText />
      <Field
        label="From (UTC)"
        name="from"
        type="datetime-local"
        step={1}
        required
        defaultValue={fieldOf(tried.from)}
      />
      <Field
        label="To (UTC), 6 hours at most"
        name="to"
        type="datetime-local"
        step={1}
        required
        defaultValue={fieldOf(tried.to)}
      />
    </Act>
  );
};

interface WhatIfProps extends TryProps {
  readonly incidentId: string;
  /** The one that is shown, by the address. */
  readonly backtestId: string | undefined;
  readonly rule: string;
  /** What it was opened by, the first of it. */
  readonly evidence: { readonly threshold: number; readonly window: number } | undefined;
}

const Command = ({ line, says }: { readonly line: string; readonly says: string }) => {
  const [isCopied, setCopied] = useState(false);
  // Without TLS a browser has no clipboard: then the line is selected by hand.
  const canCopy = typeof navigator.clipboard !== 'undefined';
  const copy = async () => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
  };
  return (
    <li>
      {says}
      <div className="command">
        <code>{line}</code>
        {canCopy && (
          <button type="button" onClick={() => void copy()}>
            Copy
          </button>
        )}
        <span role="status" className="quiet">
          {isCopied ? 'Copied.' : ''}
        </span>
      </div>
    </li>
  );
};

const sweepLine = (incidentId: string, rule: string, evidence: NonNullable<WhatIfProps['evidence']>): string => {
  const { thresholds, windows } = sweepValues(evidence);
  return `tocsin sweep --incident ${incidentId} --rule ${rule} --threshold ${thresholds} --window ${windows}`;
};

/** What other rules would have done in the time of an incident; and how to ask it where the log can be read, over more than one process does beside its work. */
export const WhatIf = ({ incidentId, rule, evidence, range, backtestId }: WhatIfProps) => (
  <Card title="What would other rules have done?" className="wide" aside={<Try range={range} />}>
    {backtestId === undefined ? (
      <p>
        Try a changed set of rules on what was recorded: what would have fired earlier, later or not at all, what would
        have paged, and what would have been rolled back.
      </p>
    ) : (
      <Backtest key={backtestId} backtestId={backtestId} />
    )}
    <details>
      <summary>By the CLI, over longer times and many values</summary>
      <ul className="commands">
        <Command
          says="Whether the rules of then decide the same again:"
          line={`tocsin replay --incident ${incidentId}`}
        />
        <Command
          says="How well a changed file of rules would have found this incident, how late, and what it would have paged for nothing:"
          line={`tocsin backtest --incident ${incidentId} --rules rules.yml`}
        />
        {evidence !== undefined && (
          <Command
            says="The same for many thresholds and windows of the rule that opened it:"
            line={sweepLine(incidentId, rule, evidence)}
          />
        )}
      </ul>
    </details>
  </Card>
);
