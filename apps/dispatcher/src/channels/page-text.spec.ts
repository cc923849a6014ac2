import { goldenPages } from './golden-pages.fixture.js';
import { factLines, factLinesWithin, headlineOf, pageTextOf } from './page-text.js';

const NOW_MS = Date.parse('2021-07-22T12:00:00Z');
const linesOf = (body: Record<string, unknown>): readonly string[] => factLines(pageTextOf(body));
const lineOf = (name: string, body: Record<string, unknown>): string | undefined =>
  linesOf(body)
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2);
const golden = (name: string) => {
  const found = goldenPages().find((page) => page.name === name);
  if (found === undefined) throw new Error(name);
  return { ...found.delivery, headline: headlineOf(found.delivery, pageTextOf(found.delivery.body)) };
};

describe('what a page says of the outage of 2021', () => {
  it('R48: its priority is in the first words of the page, and no hand declared it', () => {
    expect(golden('trigger').headline).toBe('P0: DNS success 23.1 % on v2.1.5+c42 in us-east');
  });

  it('R24: who is called above reads that and why before all else', () => {
    const { headline, body, dedupKey } = golden('escalate');
    expect(headline).toMatch(/^P0 escalated to vp \(customer impact 1,456 > 1,000\): /);
    expect(lineOf('Called', body)).toBe('the VP on duty (customer impact 1,456 > 1,000)');
    expect(dedupKey).toBe('in-2021-07-22:vp');
  });

  it('B9: customers by tier and by name, money a minute and so far', () => {
    const { headline, body } = golden('update');
    expect(headline).toContain('142 customers, $728,000 a minute, $2,184,000 so far');
    expect(lineOf('Customers', body)).toBe(
      '142 (12 tier 1, 14 tier 2, 116 tier 3): Acme Air, Bluebank, Cargo & Sons, Delta Trading, Evershop and 137 more',
    );
    expect(lineOf('Money', body)).toBe('$728,000 a minute, $2,184,000 so far');
  });

  it('a call of a muted incident says why it comes all the same', () => {
    const { body } = golden('call-while-muted');
    expect(lineOf('Muted', body)).toBe('silenced by user:ana: load test');
    expect(lineOf('Called', body)).toContain('the redirect of PoP iad stopped');
  });
});

describe('what a page says of the automation', () => {
  const rollback = { from: 'v2', to: 'v1', waves: 3, wavesCommanded: 0, wavesVerified: 0 };
  it.each([
    ['nothing acts', [], 'nothing so far'],
    [
      'it waits for a person',
      [{ ...rollback, status: 'proposed' }],
      'rollback of v2 to v1 is proposed and waits for a person',
    ],
    [
      'a rail refused',
      [{ ...rollback, status: 'refused', because: 'x', refusal: { rail: 'r', because: 'v1 is in quarantine' } }],
      'rollback of v2 to v1 refused: v1 is in quarantine',
    ],
    [
      'a wave is under way',
      [{ ...rollback, status: 'running', wavesCommanded: 2, wavesVerified: 1 }],
      'rollback of v2 to v1 is running, wave 2 of 3 commanded, 1 verified',
    ],
    [
      'it halted',
      [{ ...rollback, status: 'stopped', wavesCommanded: 1, wavesVerified: 1, because: 'wave 2 does not help' }],
      'rollback of v2 to v1 halted after 1 of 3 waves verified: wave 2 does not help',
    ],
  ])('%s', (_when, rollbacks, said) => {
    expect(lineOf('Automation', { rollbacks })).toBe(said);
  });

  it('redirects and customers at other providers', () => {
    const redirects = [{ status: 'drained', scope: 'pop', key: 'iad', nodes: 3 }];
    expect(lineOf('Automation', { redirects, fallbacks: { decided: 1, running: 2, stopped: 1, ended: 0 } })).toBe(
      'redirect of PoP iad: drained; 3 customers on or going to another provider, 1 stopped',
    );
  });
});

describe('what a page says of where and when', () => {
  it.each([
    ['fleet', 'fleet', 'the fleet'],
    ['pop', 'iad', 'PoP iad'],
    ['release_region', 'v2+c1|us-east', 'release v2+c1 in region us-east'],
    ['customer', 'acme', 'customer acme'],
  ])('%s %s', (scope, key, said) => {
    expect(lineOf('Where', { scope, key })).toBe(said);
  });

  it.each([
    [24_000, '24 s'],
    [660_000, '11 min'],
    [11_580_000, '3 h 13 min'],
  ])('since %i ms', (ms, said) => {
    const since = new Date(NOW_MS - ms).toISOString().slice(0, 19).replace('T', ' ');
    expect(lineOf('Since', { at: NOW_MS, onsetAt: NOW_MS - ms })).toBe(`${since} UTC, ${said} before this page`);
  });

  it('how much it rests on, when that is not all or less than usual', () => {
    expect(lineOf('Coverage', { reason: { text: 'x', coverage: 1 } })).toBeUndefined();
    expect(lineOf('Coverage', { reason: { text: 'x', coverage: 0.999 }, degraded: 'the database is down' })).toBe(
      'degraded: the database is down; 99 % of what should report does: more may be hurt than is known',
    );
  });
});

describe('facts within a limit', () => {
  const facts = [
    { name: 'What', text: 'a'.repeat(700) },
    { name: 'Where', text: 'the fleet' },
  ];

  it('the longest loses, none its name', () => {
    const lines = factLinesWithin({ facts }, 300);
    expect(lines.map((line) => line.length)).toEqual(['What: '.length + 250, 'Where: the fleet'.length]);
  });

  it('what does not fit even then is left out from the end', () => {
    expect(factLinesWithin({ facts }, 40)).toEqual([`What: ${'a'.repeat(29)}…`]);
  });
});
