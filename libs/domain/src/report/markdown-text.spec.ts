import fc from 'fast-check';
import { markdownBlock, markdownTable, markdownText } from './markdown-text.js';

/** What CommonMark and its extensions do nothing with when it stands behind a backslash. */
const shown = (markdown: string): string => markdown.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
const visible = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
/** Without what is escaped: what Markdown may take for its own. */
const bare = (markdown: string): string => markdown.replaceAll(/\\[!-/:-@[-`{-~]/g, 'x');

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '|',
        '\n',
        '\r',
        '[a](b)',
        '<script>',
        '`',
        '```',
        '# ',
        '1. ',
        '2) ',
        '- ',
        '\\',
        '![',
        'https://x.y',
        'www.x.y',
        '\u202e',
        '\u2028',
        '&lt;',
        '$',
        '~~',
        '**',
        'a@b.c',
        ' ',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('Markdown of what somebody else chose', () => {
  it('B21: a hostile name is shown as it is, and does nothing', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markdown = markdownText(text);
        expect(shown(markdown)).toBe(visible(text));
        expect(bare(markdown)).not.toMatch(
          /[`*_{}[\]<>#!|~&@=$^\\\n\r\u2028\u2029]|^\s*(?:[-+]|\d+[.)])\s|\w:\/\/|www\./,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves what is read often as it is', () => {
    const text = 'DNS success 99.8 % on v2-1+c42 in us-east: 142 customers (3 of 5).';
    expect(markdownText(text)).toBe(text);
  });

  it.each([
    ['a cell', 'x | y', String.raw`x \| y`],
    ['a link', '[x](http://y)', String.raw`\[x\](http\://y)`],
    ['HTML', '<img src=x>', String.raw`\<img src\=x\>`],
    ['a list', '1. x', String.raw`1\. x`],
    ['a line', 'x\n# y', String.raw`x \# y`],
    ['a list in brackets', '2) x', String.raw`2\) x`],
  ])('makes no %s', (_what, text, markdown) => {
    expect(markdownText(text)).toBe(markdown);
  });

  it('a block cannot be closed from within', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [open = '', ...rest] = markdownBlock(text);
        const fence = open.replace('text', '');
        expect(rest.at(-1)).toBe(fence);
        expect(rest.slice(0, -1).some((line) => line.includes(fence))).toBe(false);
      }),
    );
  });

  it('every row of a table is one line', () => {
    expect(markdownTable(['a', 'b'], [['1', markdownText('x|\ny')]])).toEqual([
      '| a | b |',
      '|---|---|',
      String.raw`| 1 | x\| y |`,
    ]);
  });
});
