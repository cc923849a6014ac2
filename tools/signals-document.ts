import { SIGNAL_NAMES } from '#contracts';
import { SIGNALS } from '#domain';

const HEAD = `# Signals

What a rule may read. Made from the registry of \`libs/domain/src/signal\` by \`npm run docs\`; do not edit.

A signal is read for a subject (one of its scopes) over a window, and is a value in its unit or \`unknown\`: too little data is never
taken for healthy. \`outcomesMin\` is the rule's minimum; it counts what the column says. "by failures" means that a breach also needs
the rule's \`failuresMin\`. A value with a lower bound is judged by that bound, as sure as the rule's \`confidence\`.

| signal | what it measures | unit | scopes | window | unknown when | outcomesMin counts | by failures |
|---|---|---|---|---|---|---|---|
`;

/** `docs/signals.md`: a row for each signal, in the order of the contract. */
export const renderSignals = (): string => {
  const rows = SIGNAL_NAMES.map((name) => {
    const { about, unit, scopes, window, noData, counts, isOfFailures } = SIGNALS[name];
    const cells = [`\`${name}\``, about, unit, scopes.join(', '), window, noData, counts, isOfFailures ? 'yes' : 'no'];
    return `| ${cells.join(' | ')} |\n`;
  });
  return HEAD + rows.join('');
};
