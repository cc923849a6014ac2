import { DEFAULT_RULES } from '#testing';
import { describeIncident, describeMeasure } from './describe.js';
import type { Rule } from './rule.js';

const rule = (name: string): Rule => {
  const found = DEFAULT_RULES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no rule ${name}`);
  return found;
};
const success = rule('dns_resolution_success_rate');

describe('what was compared, in words', () => {
  it('has units and the window', () => {
    expect(describeMeasure(success, { value: 80.7142, good: 1, bad: 1 }, true)).toBe('success 80.71 % < 99 % over 1m');
    expect(describeMeasure(rule('dns_query_latency'), { value: 'timeout', good: 1, bad: 1 }, true)).toBe(
      'p95 timeout > 100 ms over 5m',
    );
  });

  it('never shows two different numbers alike', () => {
    expect(describeMeasure(success, { value: 98.9961, good: 1, bad: 1 }, true)).toBe('success 98.996 % < 99 % over 1m');
    expect(describeIncident(success, 98.98, { scope: 'release_region', key: 'v2+c1|asia' })).toBe(
      'DNS success 98.98 % on v2+c1 in asia',
    );
    expect(describeMeasure(success, { value: 99, good: 1, bad: 1 }, false)).toBe('success 99 % >= 99 % over 1m');
  });
});
