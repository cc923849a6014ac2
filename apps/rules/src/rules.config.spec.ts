import { VERIFY_MS } from '#domain';
import { readRulesSettings } from './rules.config.js';

describe('readRulesSettings', () => {
  it('verifies a wave as long as the domain says, unless told', () => {
    expect(readRulesSettings({})).toEqual({ verifyMs: VERIFY_MS });
    expect(readRulesSettings({ ROLLBACK_VERIFY_MS: '5000' })).toEqual({ verifyMs: 5_000 });
  });

  it.each(['0', '999', '1500', '-1000', 'a minute'])('refuses %s by the name of the variable', (text) => {
    expect(() => readRulesSettings({ ROLLBACK_VERIFY_MS: text })).toThrow(/^ROLLBACK_VERIFY_MS: /);
  });
});
