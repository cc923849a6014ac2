import fc from 'fast-check';
import { csvOf } from './csv.js';

describe('comma-separated values', () => {
  it('have numbers as numbers, and nothing where nothing is known', () => {
    expect(
      csvOf(
        ['name', 'money'],
        [
          ['Acme, Inc.', -5],
          ['say "hi"', null],
        ],
      ),
    ).toBe('name,money\r\n"Acme, Inc.",-5\r\n"say ""hi""",\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('are no formula: %j', (name) => {
    expect(
      csvOf(['name'], [[name]])
        .split('\r\n')
        .slice(1)
        .join('\r\n'),
    ).toMatch(/^"?'/);
  });

  it('hold every text as it is, but for the mark of what would be a formula', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cell = csvOf([], [[text]]).slice(2, -2);
        const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(read.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(text.replace(/^'(?=[=+\-@\t\r])/, ''));
      }),
    );
  });
});
