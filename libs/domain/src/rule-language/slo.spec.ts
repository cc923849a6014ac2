import { durationText } from './duration.js';
import { rule, saidOf, setOf } from './written-rule.fixture.js';

describe('an objective', () => {
  const slo = (text: string, rest = '') => `slos:\n  - { name: dns, slo: ${text}${rest} }\n`;

  it('becomes the four pairs of the workbook', () => {
    const rules = setOf(slo('99.95 % over 30d', ', for_each: [release], min_outcomes: 500')).rules;
    expect(
      rules.map(({ name, threshold, windowMs, shortWindowMs, severity, actions }) => [
        name,
        threshold,
        durationText(windowMs),
        durationText(shortWindowMs ?? 0),
        severity,
        actions.length,
      ]),
    ).toEqual([
      ['dns_burn_1h', 14.4, '1h', '5m', 'critical', 1],
      ['dns_burn_6h', 6, '6h', '30m', 'critical', 1],
      ['dns_burn_1d', 3, '1d', '2h', 'warning', 0],
      ['dns_burn_3d', 1, '3d', '6h', 'warning', 0],
    ]);
    for (const each of rules)
      expect(each).toMatchObject({ signal: 'burn_rate', objective: 0.9995, scopes: ['release'], outcomesMin: 500 });
  });

  it('never fires on what it allows, however short its period', () => {
    expect(setOf(slo('99.9 % over 7d')).rules.map(({ threshold }) => threshold)).toEqual([3.36, 1.4, 1, 1]);
  });

  it.each([
    ['100 % over 30d', 'slo: an objective lies above 0 % and below 100 %: it leaves a budget'],
    ['99 % over 3d', 'slo: a period is 7d to 90d long'],
    ['99 %', 'slo: expected an objective such as 99.95 % over 30d'],
  ])('%s is wrong', (text, said) => {
    expect(saidOf(slo(text))).toEqual([expect.stringMatching(new RegExp(`^a\\.yml:2:\\d+: slos\\.0\\.${said}$`))]);
  });

  it('is watched for what has minutes, and for nothing else', () => {
    expect(saidOf(slo('99 % over 30d', ', for_each: [customer]'))).toEqual([
      expect.stringMatching(
        /slos\.0\.for_each\.0: an objective cannot be watched for customer; it can for fleet, region, release, release_region$/,
      ),
    ]);
  });

  it('has no room for the name of another rule', () => {
    expect(saidOf(`${rule({ alert: 'dns_burn_1h' })}${slo('99 % over 30d')}`)).toEqual([
      'a.yml:8:13: slos.0.name: there is a rule dns_burn_1h already, in a.yml',
    ]);
  });
});
