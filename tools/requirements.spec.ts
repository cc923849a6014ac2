import { readFileSync } from 'node:fs';
import { filesByRow, parseRequirements, renderRequirements, rowsNamed } from './requirements.js';
import { testTitles } from './test-titles.js';

const SPEC = [
  "describe('R1: a suite', () => {",
  "  it('R26-R28 and B4: fires', () => {",
  '  });',
  "  it.skip('R5: never runs', () => {",
  '  });',
  '  it.each([',
  "    ['R9', 1],",
  "  ])('R7: table', () => {",
  '  });',
  '});',
].join('\n');

describe('titles of tests', () => {
  it('finds suites, tests and tables, and no skipped test', () => {
    expect(testTitles(SPEC)).toEqual([
      { kind: 'describe', path: 'R1: a suite', own: 'R1: a suite' },
      { kind: 'it', path: 'R1: a suite › R26-R28 and B4: fires', own: 'R26-R28 and B4: fires' },
      { kind: 'it', path: 'R1: a suite › R7: table', own: 'R7: table' },
    ]);
  });

  it.each([
    ['R17: x', ['R17']],
    ['R26–R28', ['R26', 'R27', 'R28']],
    ['R6-7, B2', ['R6', 'R7', 'B2']],
    ['OR17, R, RB4, v2.1.5', []],
  ])('rows of %s', (title, rows) => {
    expect(rowsNamed(title)).toEqual(rows);
  });
});

describe('the document', () => {
  it('lists the tests of a row, and rows without one as open', () => {
    const sections = parseRequirements('[{"section":"S","rows":{"R1":"one","R2":"two | three"}}]');
    const text = renderRequirements(sections, [{ path: 'libs/a/src/a.spec.ts', text: SPEC }]);
    expect(text).toContain('| R1 | one | [a.spec.ts](../libs/a/src/a.spec.ts) |');
    expect(text).toContain('| R2 | two \\| three | open |');
    expect(text).toContain('1 of 2 rows');
    expect(filesByRow([{ path: 'libs/a/src/a.ts', text: SPEC }]).size).toBe(0);
  });

  it('refuses rows that are malformed', () => {
    expect(() => parseRequirements('[{"section":"S","rows":{"X1":""}}]')).toThrow('X1');
    expect(() => parseRequirements('[{"section":"S","rows":{"R1":""}},{"section":"T","rows":{"R1":""}}]')).toThrow(
      'R1',
    );
  });

  it('has R1 to R159 and B1 to B22', () => {
    const ids = parseRequirements(readFileSync('docs/requirements.json', 'utf8')).flatMap(({ rows }) =>
      Object.keys(rows),
    );
    expect(ids).toEqual([...rowsNamed('R1-R159'), ...rowsNamed('B1-B22')]);
  });
});
