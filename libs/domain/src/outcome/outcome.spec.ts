import { OUTCOME, OUTCOMES, type OutcomeName } from '#contracts';
import { type Answer, classify, type Observation } from './classify.js';
import { classOf, successRatio } from './success.js';

const answered = (changes: Partial<Answer>, latencyUs = 900): Observation => ({
  kind: 'answered',
  latencyUs,
  answer: {
    rcode: 0,
    tc: false,
    aa: true,
    answers: 0,
    soaInAuthority: false,
    nsInAuthority: false,
    zoneAssigned: true,
    contradicted: false,
    ...changes,
  },
});

type Row = readonly [name: OutcomeName | undefined, when: string, seen: Observation];

const ROWS: readonly Row[] = [
  ['answer', 'NOERROR with data', answered({ answers: 2 })],
  ['nodata', 'NOERROR without data, SOA in authority', answered({ soaInAuthority: true })],
  ['referral', 'NOERROR, not AA, NS in authority', answered({ aa: false, nsInAuthority: true })],
  ['unknown', 'NOERROR, AA, only NS in authority: no row', answered({ nsInAuthority: true })],
  ['unknown', 'NOERROR with nothing: no row', answered({})],
  ['nxdomain', 'NXDOMAIN', answered({ rcode: 3, soaInAuthority: true })],
  ['truncated', 'TC', answered({ tc: true })],
  ['truncated', 'TC wins over data', answered({ tc: true, answers: 1, contradicted: true })],
  ['truncated', 'TC wins over NXDOMAIN', answered({ rcode: 3, tc: true })],
  ['servfail', 'rcode 2', answered({ rcode: 2 })],
  ['servfail', 'rcode 2 wins over TC', answered({ rcode: 2, tc: true })],
  ['lame', 'REFUSED for our zone', answered({ rcode: 5 })],
  ['lame', 'NOTAUTH for our zone', answered({ rcode: 9 })],
  ['wrong_answer', 'NXDOMAIN for a name that exists', answered({ rcode: 3, contradicted: true })],
  ['wrong_answer', 'NXDOMAIN contradicted, truncated', answered({ rcode: 3, contradicted: true, tc: true })],
  ['wrong_answer', 'NODATA contradicted', answered({ soaInAuthority: true, contradicted: true })],
  ['wrong_answer', 'other data contradicted', answered({ answers: 1, contradicted: true })],
  ['timeout', 'resolver, 1 s', { kind: 'unanswered', vantage: 'resolver', waitedUs: 1_000_000 }],
  ['timeout', 'prober, 1 s', { kind: 'unanswered', vantage: 'probe', waitedUs: 1_000_000 }],
  ['timeout', 'an answer after 5 s', answered({ answers: 1 }, 5_000_001)],
  ['answer', 'an answer after 4 s', answered({ answers: 1 }, 4_000_000)],
  [undefined, 'prober, still waiting', { kind: 'unanswered', vantage: 'probe', waitedUs: 999_999 }],
  [undefined, 'server, unpaired: completeness', { kind: 'unanswered', vantage: 'server', waitedUs: 9_000_000 }],
  ['unreachable', 'ICMP or TCP refused', { kind: 'unreachable' }],
  ['formerr', 'rcode 1', answered({ rcode: 1 })],
  ['notimp', 'rcode 4', answered({ rcode: 4 })],
  ['badvers', 'BADVERS', answered({ rcode: 16 })],
  ['badvers', 'BADCOOKIE', answered({ rcode: 23 })],
  ['refused_foreign', 'REFUSED for a foreign zone', answered({ rcode: 5, zoneAssigned: false })],
  ['refused_foreign', 'NOTAUTH for a foreign zone', answered({ rcode: 9, zoneAssigned: false })],
  ['rate_limited', 'rate limit', { kind: 'rate_limited' }],
  ['unknown', 'no response message', { kind: 'unreadable' }],
  ['unknown', 'an rcode of updates', answered({ rcode: 7 })],
];

describe('classify', () => {
  it.each(ROWS)('%s: %s', (name, _when, seen) => {
    expect(classify(seen)).toBe(name === undefined ? undefined : OUTCOME[name]);
  });

  it('every row of the table is named here', () => {
    const named = new Set(ROWS.map(([name]) => name));
    expect(OUTCOMES.filter(({ name }) => !named.has(name))).toEqual([]);
  });
});

describe('success', () => {
  it.each(OUTCOMES)('$name is $class', ({ code, class: expected }) => {
    expect(classOf(code)).toBe(expected);
  });

  it('a code there is not is a wrong program', () => {
    expect(() => classOf(5)).toThrow('no such code');
  });

  it('R1: good / (good + bad), unknown without data', () => {
    expect(successRatio({ good: 3, bad: 1 })).toBe(0.75);
    expect(successRatio({ good: 0, bad: 4 })).toBe(0);
    expect(successRatio({ good: 0, bad: 0 })).toBe('unknown');
  });
});
