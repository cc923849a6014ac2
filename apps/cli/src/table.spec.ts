import fc from 'fast-check';
import { formatTable } from './table.js';

const ID = '6172b3baaacdc962ab13c2721cfabcdb';
const NAMES = ['alert', 'severity', 'state', 'since (UTC)', 'rule', 'of', 'why'];
const ROW = [
  ID,
  'warning',
  'firing',
  '2026-11-28 01:53:28',
  'dns_query_latency',
  'v2.1.5+c42|us-west',
  'p95 397 ms > 100 ms',
];

describe('a table', () => {
  it('that is too wide goes on below, its names as well', () => {
    expect(formatTable(NAMES, [ROW])).toEqual([
      'alert                             severity  state           since (UTC)  rule',
      '    of                  why',
      `${ID}  warning   firing  2026-11-28 01:53:28  dns_query_latency`,
      '    v2.1.5+c42|us-west  p95 397 ms > 100 ms',
    ]);
  });

  it('breaks its last column between words, under itself', () => {
    const why = 'rollback of v2.1.5+c42: stage batch-2: impact score 110 of customers whom only this release hurts';
    const lines = formatTable(['rollout', 'status', 'because'], [['ro1', 'halted', why]]);
    expect(lines.slice(0, 2)).toEqual([
      'rollout  status  because',
      'ro1      halted  rollback of v2.1.5+c42: stage batch-2: impact score 110 of customers whom only this',
    ]);
    expect(lines.slice(2)).toEqual(['                 release hurts']);
  });

  it('has no empty line for what is not there', () => {
    expect(formatTable(NAMES, [ROW, [...ROW.slice(0, 5), '', '']])).toHaveLength(5);
  });

  it('an id that begins with a digit is no number', () => {
    expect(formatTable(['command', 'wave'], [[ID, '1']])[0]).toBe(`${'command'.padEnd(ID.length)}  wave`);
  });

  it('holds 100 characters, and loses no word, whatever stands in it', () => {
    const word = fc.stringMatching(/^[a-z]{1,30}$/);
    const text = fc.array(word, { minLength: 1, maxLength: 20 }).map((words) => words.join(' '));
    const row = fc.tuple(word, word, word, word, word, text);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
        const lines = formatTable(['a', 'b', 'c', 'd', 'e', 'f'], rows);
        expect(lines.filter((line) => line.length > 100)).toEqual([]);
        const words = (all: readonly string[]): string[] => all.flatMap((each) => each.split(' ')).filter(Boolean);
        const told = ['a', 'b', 'c', 'd', 'e', 'f', ...words(rows.flat())];
        expect(words(lines).toSorted()).toEqual(told.toSorted());
      }),
    );
  });
});
