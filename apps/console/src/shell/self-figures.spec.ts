import { selfFiguresOf } from './self-figures.js';

describe('what a process says of itself', () => {
  it('is read from its metrics', () => {
    const text = `# HELP tocsin_rules_tick_lag_seconds How long ago.
# TYPE tocsin_rules_tick_lag_seconds gauge
tocsin_rules_tick_lag_seconds 0.769
tocsin_consumer_lag_records{group="gateway",topic="fleet.commands",partition="0"} 0
tocsin_consumer_lag_records{group="rules",topic="slots",partition="0"} 2045
tocsin_consumer_lag_records{group="aggregator",topic="telemetry.outcomes",partition="3"} 2
tocsin_dead_man_told 1
`;
    expect(selfFiguresOf(text)).toEqual({
      rulesBehind: 0.769,
      furthest: { group: 'rules', records: 2_045 },
      deadManTold: true,
    });
    expect(selfFiguresOf(text.replace('told 1', 'told 0')).deadManTold).toBe(false);
  });

  it('is unknown where the process has none of it', () => {
    expect(selfFiguresOf('process_cpu_seconds_total 3\n')).toEqual({
      rulesBehind: null,
      furthest: null,
      deadManTold: null,
    });
  });
});
