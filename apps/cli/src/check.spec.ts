import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { checkRules, formatCheck } from './check.js';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'check-'));
const fileWith = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const good = fileWith(
  'good.yml',
  'rules:\n  - {alert: a, signal: success_rate, for_each: [pop], where: {pop: [iad1, fra*]}, window: 1m, fires: "< 99 %", severity: critical, actions: [page]}\n',
);
const bad = fileWith('bad.yml', 'rules:\n  - {alert: a, signal: latency, window: 1m, fires: "< 99 %"}\n');
const catalogue = fileWith('catalogue.yml', 'nodes: [{nodeId: n1, pop: iad1, region: us-east}]\n');
const lines = (paths: readonly string[], against?: string): readonly string[] =>
  formatCheck(checkRules({ paths, catalogue: against })).map((line) => line.replaceAll(`${directory}/`, ''));

describe('tocsin check', () => {
  it('says what would be loaded, by the digest that the record has', () => {
    expect(lines([good])).toEqual([
      '1 rule, 1 of them page, 0 maintenance windows',
      'rollback triggers, in this order: none',
      expect.stringMatching(/^version [\da-f]{64}$/),
    ]);
    expect(lines(['rules'])[1]).toBe(
      'rollback triggers, in this order: rollback_success_rate, rollback_customer_impact, rollback_error_rate_spike',
    );
  });

  it('tells every mistake of every file, and what two of them have in common', () => {
    expect(lines([bad, good]).map((line) => line.split('\n')[0])).toEqual([
      'bad.yml:2:5: rules.0.severity: is missing',
      'bad.yml:2:5: rules.0: latency needs percentile',
      'bad.yml:2:52: rules.0.fires: latency is in ms or s, not %',
      'good.yml:2:13: rules.0.alert: there is a rule a already, in bad.yml',
      '4 problems: nothing would be loaded',
    ]);
  });

  it('warns of what fits nothing of a catalogue', () => {
    expect(lines([good], catalogue)[0]?.split('\n')[0]).toBe(
      'warning: good.yml:2:68: rules.0.where.pop: no pop is like fra*',
    );
    expect(lines([good], catalogue)).toHaveLength(4);
  });

  it('ends with 0, 1 or 2', () => {
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [MAIN, 'check', ...args], { encoding: 'utf8' });
    const fine = run(good, '--json');
    expect([fine.status, JSON.parse(fine.stdout)]).toMatchObject([0, { problems: [], set: { rules: 1, paging: 1 } }]);
    expect(run(bad).status).toBe(1);
    expect(run(join(directory, 'none.yml'))).toMatchObject({ status: 2, stdout: expect.stringContaining('ENOENT') });
  });
});
