import { ConfigError } from '#config';
import { readRulesSettings } from './rules.config.js';

describe('readRulesSettings', () => {
  it('watches a wave for a minute unless told', () => {
    expect(readRulesSettings({})).toEqual({ verifyMs: 60_000 });
    expect(readRulesSettings({ ROLLBACK_VERIFY_MS: '3000' })).toEqual({ verifyMs: 3_000 });
  });

  it.each(['0', '999', '1500', 'a minute'])('refuses %s ms: it must be whole seconds', (text) => {
    const read = (): unknown => readRulesSettings({ ROLLBACK_VERIFY_MS: text });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/^ROLLBACK_VERIFY_MS: /);
  });
});
