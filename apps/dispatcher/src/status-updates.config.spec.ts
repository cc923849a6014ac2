import { z } from 'zod';
import { statusPolicyOf, statusSettings } from './status-updates.config.js';

const policyOf = (env: Readonly<Record<string, string>>, hasStatusChannel: boolean) =>
  statusPolicyOf(z.object(statusSettings).parse(env), hasStatusChannel);

describe('who publishes what the public is told', () => {
  it.each([
    [{}, false, undefined],
    [{}, true, { mode: 'review', everyMs: 900_000 }],
    [{ STATUS_UPDATES: 'off' }, true, undefined],
    [{ STATUS_UPDATES: 'review' }, false, { mode: 'review', everyMs: 900_000 }],
    [{ STATUS_UPDATES: 'automatic', STATUS_UPDATE_EVERY: '5m' }, true, { mode: 'automatic', everyMs: 300_000 }],
  ])('%j, a status channel: %s', (env, hasStatusChannel, policy) => {
    expect(policyOf(env as Record<string, string>, hasStatusChannel)).toEqual(policy);
  });

  it.each(['4m59s', '15', 'often'])('refuses an interval of %s', (text) => {
    expect(() => policyOf({ STATUS_UPDATE_EVERY: text }, true)).toThrow(/expected/);
  });
});
