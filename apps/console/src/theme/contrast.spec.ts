import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside what jest runs, dist, stands the source; styles are not compiled. */
const CSS = readFileSync('apps/console/src/theme/tokens.css', 'utf8');

const SOURCES = 'apps/console/src';
const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(css|tsx?)$/.test(path) && !path.endsWith('.spec.ts'))
  .map((path) => ({ path, text: readFileSync(join(SOURCES, path), 'utf8') }));

/** Text of any size (WCAG 2.2, 1.4.3), and lines and shapes that say something (1.4.11). */
const TEXT_MIN = 4.5;

const tokens = new Map(
  [...CSS.matchAll(/(--[a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
);

/** Relative luminance, WCAG 2.2. */
const luminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

const INKS = ['--text', '--quiet', '--link', '--bad', '--warn', '--good', '--still'];
/** What is written, or drawn on a canvas, on what: axe sees no canvas. */
const PAIRS: readonly (readonly [string, string])[] = [
  ...INKS.flatMap((ink) => [[ink, '--card'] as const, [ink, '--page'] as const]),
  ...['--bad', '--warn', '--good', '--still'].map((ink) => [ink, `${ink}-fill`] as const),
  // A line that is gone to by its address, and what the palette has chosen.
  ...['--text', '--quiet', '--link'].flatMap((ink) => [[ink, '--warn-fill'] as const, [ink, '--still-fill'] as const]),
];
const CASES = PAIRS.flatMap(([ink, ground]) => (['light', 'dark'] as const).map((scheme) => ({ ink, ground, scheme })));

describe('the colours of the console', () => {
  it('measure as the standard does', () => {
    expect(contrast('#b42318', '#ffffff')).toBeCloseTo(6.57, 1);
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  });

  it('are measured of all that is drawn on a canvas, where nothing else sees them', () => {
    const drawn = sources.flatMap(({ text }) =>
      [...text.matchAll(/(?:token: |colour\(|\?\? |add\([^;]*, )'(--[a-z-]+)'/g)].map(([, token = '']) => token),
    );
    expect(drawn.length).toBeGreaterThan(8);
    // Lines of the grid: they say nothing that the axis does not.
    expect([...new Set(drawn)].filter((token) => token !== '--line' && !INKS.includes(token))).toEqual([]);
  });

  it('are tokens wherever a style has one, so that both themes have it', () => {
    const own = sources.filter(({ path }) => path.endsWith('.css') && !path.endsWith('tokens.css'));
    const inked = own.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:^|[{;\s])(?:color|fill|stroke): ([^;]+);/g)].map(([, value = '']) => `${path}: ${value}`),
    );
    expect(inked.length).toBeGreaterThan(10);
    expect(inked.filter((each) => !/: (?:var\(--[a-z-]+\)|inherit|none|currentColor)$/.test(each))).toEqual([]);
  });

  it.each(CASES)('can be read: $ink on $ground, $scheme', ({ ink, ground, scheme }) => {
    const [above, below] = [tokens.get(ink)?.[scheme], tokens.get(ground)?.[scheme]];
    if (above === undefined || below === undefined) throw new Error(`there is no ${ink} or no ${ground}`);
    expect(contrast(above, below)).toBeGreaterThanOrEqual(TEXT_MIN);
  });
});
