import type { Reason } from '#contracts';

/** Why a rule of success fired: 80 % of a minute where it wants 99. `tick`: of log time, 250 ms each. */
export const lowSuccess = (rule: string, tick = 1): Reason => ({
  rule,
  signal: 'success_rate',
  text: 'success 80 % < 99 % over 1m',
  value: 80,
  threshold: 99,
  windowMs: 60_000,
  good: 80,
  bad: 20,
  tick,
  coverage: 1,
});
