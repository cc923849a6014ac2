/** What the metrics of the process that answered say of the way from telemetry to a page. */
export interface SelfFigures {
  /** How far the rules are behind, in seconds; null: no rules run in that process. */
  readonly rulesBehind: number | null;
  /** The consumer that is furthest behind, by its group, with its records; null: none runs there. */
  readonly furthest: { readonly group: string; readonly records: number } | null;
  /** Whether the dead-man's switch is told that all is well; null: none is set, or another process tells it. */
  readonly deadManTold: boolean | null;
}

const SAMPLE = /^(tocsin_[a-z_]+)(?:\{([^}]*)\})? (\S+)$/gm;

/** Reads the three out of the text format of Prometheus. */
export const selfFiguresOf = (text: string): SelfFigures => {
  let rulesBehind: number | null = null;
  let deadManTold: boolean | null = null;
  const lags: { group: string; records: number }[] = [];
  for (const [, name, labels = '', value] of text.matchAll(SAMPLE)) {
    if (name === 'tocsin_rules_tick_lag_seconds') rulesBehind = Number(value);
    else if (name === 'tocsin_dead_man_told') deadManTold = value === '1';
    else if (name === 'tocsin_consumer_lag_records')
      lags.push({ group: /group="([^"]*)"/.exec(labels)?.[1] ?? '', records: Number(value) });
  }
  const [furthest = null] = lags.toSorted((one, other) => other.records - one.records);
  return { rulesBehind, furthest, deadManTold };
};
