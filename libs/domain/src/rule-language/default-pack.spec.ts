import { DEFAULT_RULE_SET, DEFAULT_RULES } from '#testing';

const of = (row: string) => {
  const found = DEFAULT_RULES.filter(({ labels }) => labels['row']?.split(' ').includes(row));
  if (found.length !== 1) throw new Error(`${found.length} rules for ${row}`);
  const [{ signal, comparison, threshold, windowMs, severity, actions, percentile } = {} as (typeof found)[number]] =
    found;
  const says = `${signal} ${comparison} ${threshold} over ${windowMs / 1_000} s, ${severity}`;
  return { says, does: actions.map((action) => action.do), percentile };
};

describe('the rules that come with Tocsin', () => {
  it.each([
    ['R9', 'silent_share above 24.9 over 60 s, critical', ['page']],
    ['R14', 'failure_rate above 10 over 60 s, critical', ['page']],
    ['R15', 'customer_error_rate_spike above 500 over 60 s, critical', ['page']],
    ['R16', 'support_tickets above 1000 over 60 s, critical', ['page']],
    ['R17', 'success_rate below 99 over 60 s, critical', ['page']],
    ['R18', 'customer_impact above 1000 over 120 s, critical', ['page']],
    ['R19', 'latency above 100 over 300 s, warning', []],
    ['R20', 'success_rate below 99.5 over 60 s, warning', []],
    ['R21', 'customer_impact above 100 over 120 s, warning', []],
    ['R22', 'latency above 200 over 300 s, warning', []],
    ['R23', 'success_rate below 95 over 120 s, critical', ['page', 'roll_back']],
    ['R24', 'customer_impact above 1000 over 120 s, critical', ['escalate']],
    ['R25', 'latency above 5000 over 60 s, critical', ['redirect_traffic']],
    ['R26', 'success_rate below 95 over 120 s, critical', ['page', 'roll_back']],
    ['R27', 'customer_impact above 500 over 60 s, critical', ['page', 'roll_back']],
    ['R28', 'error_rate_spike above 1000 over 30 s, critical', ['page', 'roll_back']],
  ])('%s: is what the study says', (row, says, does) => {
    expect(of(row)).toMatchObject({ says, does });
  });

  it('R19, R22, R25: percentiles are p95, p99 and p99', () => {
    expect(['R19', 'R22', 'R25'].map((row) => of(row).percentile)).toEqual([0.95, 0.99, 0.99]);
  });

  it('R29: the triggers stand in the order of the study', () => {
    const triggers = DEFAULT_RULES.filter(({ rollbackOrder }) => rollbackOrder !== undefined);
    expect(triggers.map(({ name, rollbackOrder }) => [rollbackOrder, name])).toEqual([
      [1, 'rollback_success_rate'],
      [2, 'rollback_customer_impact'],
      [3, 'rollback_error_rate_spike'],
    ]);
  });

  it('every rule says what it is for, what happened and what to do', () => {
    for (const { name, labels, annotations, runbook } of DEFAULT_RULES)
      expect([name, labels['row'], annotations['summary'], runbook]).toEqual([
        name,
        expect.stringMatching(/^R\d+( R\d+)*$/),
        expect.stringMatching(/\{\{(value|detail)\}\}/),
        expect.stringMatching(/^https:/),
      ]);
  });

  it('R67, R68, R69: weights and money are those of the study', () => {
    expect(DEFAULT_RULE_SET.impact).toMatchObject({
      weights: { tier1: 100, tier2: 10, tier3: 1 },
      dollarsPerMinute: { tier1: 50_000, tier2: 5_000, tier3: 500 },
    });
  });
});
