import type { Reason } from '#contracts';
import { renderText, tellingOf } from './annotations.js';

const reason: Reason = {
  rule: 'success',
  signal: 'success_rate',
  text: 'success 80.714 % < 99 % over 2m',
  value: 80.714_28,
  threshold: 99,
  windowMs: 120_000,
  good: 80,
  bad: 20,
  tick: 1,
  coverage: 1,
};
const subject = { scope: 'release_region', key: 'v2+c1|us-east' } as const;

describe('texts of an alert', () => {
  it('have the numbers of the reason in them', () => {
    expect(renderText('{{value}} of {{ threshold }} {{subject}}, {{window}}: {{detail}}', reason, subject)).toBe(
      '80.71 of 99 on v2+c1 in us-east, 2m: success 80.714 % < 99 % over 2m',
    );
  });

  it('R15: name who makes the value, where the reason names them', () => {
    const named = { ...reason, detail: '1 customers: Acme (critical) 9980 %' };
    expect(renderText('{{detail}}', named, subject)).toBe('1 customers: Acme (critical) 9980 %');
  });

  it('keep what is not known as it is written', () => {
    expect(renderText('{{valeu}} {{constructor}} {value} {{}}', reason, subject)).toBe(
      '{{valeu}} {{constructor}} {value} {{}}',
    );
  });

  it('say what there is in the place of a number that is none', () => {
    expect(renderText('{{value}}', { ...reason, value: null, text: 'p95 timeout' }, subject)).toBe('p95 timeout');
  });

  it('are cut where the contract ends', () => {
    expect(renderText('{{detail}}'.repeat(100), reason, subject)).toHaveLength(2_000);
  });

  it('are told only where the rule has them', () => {
    expect(tellingOf({ labels: {}, annotations: {} }, reason, subject)).toEqual({});
    const runbook = 'https://runbooks.example/dns';
    expect(
      tellingOf({ labels: { team: 'dns' }, annotations: { summary: '{{value}}' }, runbook }, reason, subject),
    ).toEqual({
      labels: { team: 'dns' },
      annotations: { summary: '80.71' },
      runbook,
    });
  });
});
