import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = 'apps/console/src';

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(?<!\.spec)\.tsx?$/.test(path) && !path.startsWith('bench'))
  .map((path) => ({ path, text: readFileSync(join(SOURCES, path), 'utf8') }));

/** What draws where a screen reader sees nothing: a canvas, or a picture of shapes. */
const DRAWS = /new uPlot\(|<canvas\b|\.getContext\(|<svg\b/;

/** Where the same stands as a table, by the file that draws. */
const TWINS: Readonly<Record<string, { readonly shownBy: RegExp; readonly twin: RegExp }>> = {
  'ui/chart.tsx': { shownBy: /<Chart\b/, twin: /<Twin\b/ },
  'map/world.tsx': { shownBy: /<World\b/, twin: /<PopTable\b/ },
};

describe('what is drawn', () => {
  it('is drawn in no other place than those that have a twin', () => {
    const drawing = files.filter(({ text }) => DRAWS.test(text)).map(({ path }) => path);
    expect(drawing.toSorted()).toEqual(Object.keys(TWINS).toSorted());
  });

  it('stands beside the same as a table, within the chart', () => {
    const chart = files.find(({ path }) => path === 'ui/chart.tsx')?.text ?? '';
    const [, shown = ''] = /<figure className="chart">([\s\S]*?)<\/figure>/.exec(chart) ?? [];
    expect(shown).toMatch(/<Twin \{\.\.\.props\} \/>/);
    const twin = files.find(({ path }) => path === 'ui/chart-twin.tsx')?.text ?? '';
    expect(twin).toMatch(/<details className="twin"[\s\S]*<TwinTable \{\.\.\.props\} \/>/);
    expect(twin).toMatch(/rows=\{twinRows\(times, lines, marks\)\}/);
  });

  it('stands beside the same as a table, wherever the map is', () => {
    const { shownBy, twin } = TWINS['map/world.tsx'] ?? { shownBy: /^/, twin: /$/ };
    const showing = files.filter(({ text }) => shownBy.test(text));
    expect(showing.length).toBeGreaterThan(0);
    for (const { path, text } of showing) {
      expect([path, twin.test(text)]).toEqual([path, true]);
      expect(/<World pops=\{(\w+)\}/.exec(text)?.[1]).toBe(/<PopTable pops=\{(\w+)\}/.exec(text)?.[1]);
    }
  });
});
