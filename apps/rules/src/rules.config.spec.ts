import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '#config';
import { DEFAULT_RULE_SET } from '#testing';
import { readRulesSettings } from './rules.config.js';

describe('readRulesSettings', () => {
  it('watches a wave for a minute unless told', () => {
    expect(readRulesSettings({}).verifyMs).toBe(60_000);
    expect(readRulesSettings({ ROLLBACK_VERIFY_MS: '3000' }).verifyMs).toBe(3_000);
  });

  it.each(['0', '999', '1500', 'a minute', '301000'])(
    'refuses %s ms: it must be whole seconds, at most what windows hold',
    (text) => {
      const read = (): unknown => readRulesSettings({ ROLLBACK_VERIFY_MS: text });
      expect(read).toThrow(ConfigError);
      expect(read).toThrow(/^ROLLBACK_VERIFY_MS: /);
    },
  );

  it('R13, R66: has the rules of the study without any setting', () => {
    expect(readRulesSettings({})).toMatchObject({
      source: { name: 'rules/default.yml, shipped' },
      ruleSet: DEFAULT_RULE_SET,
    });
  });

  it('reads the rules that RULES names in their place, and tells all that is wrong with them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'rules-'));
    const rule = (name: string, fires: string): string =>
      `rules: [{alert: ${name}, signal: success_rate, window: 1m, fires: "${fires}", severity: warning}]\n`;
    writeFileSync(join(directory, 'b.yml'), rule('b', '< 99 %'));
    writeFileSync(join(directory, 'a.yml'), rule('a', '< 98 %'));
    const { source, ruleSet } = readRulesSettings({ RULES: directory });
    expect([source.name, ruleSet.rules.map(({ name }) => name)]).toEqual([directory, ['a', 'b']]);
    writeFileSync(join(directory, 'b.yml'), rule('a', '< 99 ms'));
    const wrong = (): unknown => readRulesSettings({ RULES: directory });
    expect(wrong).toThrow(/^RULES: .*b\.yml:1:17: rules\.0\.alert: there is a rule a already, in .*a\.yml\n/);
    expect(wrong).toThrow(/\nRULES: .*b\.yml:1:61: rules\.0\.fires: success_rate is in %, not ms\n/);
  });
});
