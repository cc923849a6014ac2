import { gzipSync } from 'node:zlib';
import { LOAD_BUDGET, loadSizes, readBuilt, tooHeavy } from './first-load.js';

const gz = (...texts: string[]): number => texts.reduce((sum, text) => sum + gzipSync(text).length, 0);

const PAGE = `<script src="/assets/paint-00000000.js"></script><link rel="stylesheet" crossorigin href="/assets/index-00000000.css">
  <script type="module" crossorigin src="/assets/index-00000000.js"></script>
  <link rel="modulepreload" crossorigin href="/assets/react-00000000.js"><link rel="icon" href="/assets/tocsin.svg">`;
const FILES = {
  'index.html': PAGE,
  'assets/paint-00000000.js': 'paint()',
  'assets/index-00000000.css': 'body{margin:0}',
  'assets/index-00000000.js':
    'import{a as b}from"./react-00000000.js";import"./deep-00000000.js";l(()=>import(`./world-00000000.js`));l(()=>import("./audit-00000000.js"))',
  'assets/react-00000000.js': 'export const a=1',
  'assets/deep-00000000.js': 'import{a}from"./react-00000000.js";export{a}',
  'assets/world-00000000.js': 'import{d}from"./geo-00000000.js";import{a}from"./react-00000000.js";x={type:`Topology`}',
  'assets/world-00000000.css': '.world{fill:red}',
  'assets/geo-00000000.js': 'export const d=2',
  'assets/audit-00000000.js': 'import{a}from"./react-00000000.js"',
};
const files = new Map<string, string>(Object.entries(FILES));

describe('the weight of a console', () => {
  it('is of what the page names, and of what that imports, each once', () => {
    const sizes = loadSizes(files);
    expect(sizes.script).toBe(
      gz(
        FILES['assets/paint-00000000.js'],
        FILES['assets/index-00000000.js'],
        FILES['assets/react-00000000.js'],
        FILES['assets/deep-00000000.js'],
      ),
    );
    expect(sizes.style).toBe(gz(FILES['assets/index-00000000.css']));
  });

  it('has the map with its code and its styles, whatever its file is named', () => {
    expect(loadSizes(files).map).toBe(
      gz(FILES['assets/world-00000000.js'], FILES['assets/world-00000000.css'], FILES['assets/geo-00000000.js']),
    );
  });

  it('is no figure where a part is missing', () => {
    const without = (path: string) => new Map([...files].filter(([each]) => each !== path));
    expect(() => loadSizes(without('assets/geo-00000000.js'))).toThrow('geo-00000000.js is named');
    expect(() => loadSizes(new Map([...files, ['index.html', '<p>']]))).toThrow('no script');
    expect(() => loadSizes(new Map([...files, ['assets/world-00000000.js', 'x']]))).toThrow('outlines');
  });

  it('fails for each part that is heavier than it may be', () => {
    const { script, style, map } = LOAD_BUDGET;
    expect(tooHeavy({ script, style, map, later: [] })).toEqual([]);
    expect(tooHeavy({ script: script + 1, style: style + 1, map: map + 1, later: [] })).toHaveLength(3);
  });
});

describe('the console that was built', () => {
  it('is as light as it must be', () => {
    expect(tooHeavy(loadSizes(readBuilt('dist/console')))).toEqual([]);
  });
});
