import { useState } from 'react';
import { Card } from '../ui/card.js';
import { sweepValues } from './sweep-values.js';

interface WhatIfProps {
  readonly incidentId: string;
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

/** How the recorded log is put through other rules: on the machine that reads the log, for it may be hours of every answer of the fleet. */
export const WhatIf = ({ incidentId, rule, evidence }: WhatIfProps) => (
  <Card title="What would other rules have done?" className="wide">
    <p>
      The recorded telemetry of this incident, through rules of your own: what fires earlier, later or not at all, what
      pages, and what rolls back. It reads the log itself, so it runs where the log can be read, by the CLI.
    </p>
    <ul className="commands">
      <Command
        says="Whether the rules of then decide the same again:"
        line={`tocsin replay --incident ${incidentId}`}
      />
      <Command
        says="What a changed file of rules would have decided, beside what was decided:"
        line={`tocsin replay --incident ${incidentId} --rules rules.yml`}
      />
      <Command
        says="How well it would have found this incident, how late, and what it would have paged for nothing:"
        line={`tocsin backtest --incident ${incidentId} --rules rules.yml`}
      />
      {evidence !== undefined && (
        <Command
          says="The same for many thresholds and windows of the rule that opened it:"
          line={sweepLine(incidentId, rule, evidence)}
        />
      )}
    </ul>
  </Card>
);
