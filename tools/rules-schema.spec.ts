import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { readYamlFiles } from '#config';
import { renderRulesSchema } from './rules-schema.js';

const accepts = new Ajv2020({ strict: false, formats: { uri: true, date: true } }).compile(
  JSON.parse(renderRulesSchema()) as object,
);
const plainOf = (path: string): unknown => {
  const { merged } = readYamlFiles([path], z.unknown(), (files) => ({ problems: [], value: files[0]?.value }));
  return merged?.value;
};

describe('the schema for editors', () => {
  it('accepts the rules that come with Tocsin, which name it', () => {
    expect(accepts(plainOf('rules/default.yml'))).toBe(true);
    expect(readFileSync('rules/default.yml', 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/docs\/rules\.schema\.json\n/,
    );
  });

  it.each([
    ['a key that does not exist', { widow: '1m' }],
    ['another form of duration', { window: '10 minutes' }],
    ['a signal that does not exist', { signal: 'sucess_rate' }],
    ['a condition without a comparison', { fires: '99 %' }],
  ])('refuses %s', (_what, changes) => {
    const rule = { alert: 'a', signal: 'success_rate', window: '1m', fires: '< 99 %', severity: 'warning' };
    expect(accepts({ rules: [rule] })).toBe(true);
    expect(accepts({ rules: [{ ...rule, ...changes }] })).toBe(false);
  });
});
