import { readFileSync } from 'node:fs';

/** Beside what jest runs, dist, stands the source; styles are not compiled. */
const CSS = readFileSync('apps/console/src/theme/tokens.css', 'utf8');

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
];
const CASES = PAIRS.flatMap(([ink, ground]) => (['light', 'dark'] as const).map((scheme) => ({ ink, ground, scheme })));

describe('the colours of the console', () => {
  it('measure as the standard does', () => {
    expect(contrast('#b42318', '#ffffff')).toBeCloseTo(6.57, 1);
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  });

  it.each(CASES)('can be read: $ink on $ground, $scheme', ({ ink, ground, scheme }) => {
    const [above, below] = [tokens.get(ink)?.[scheme], tokens.get(ground)?.[scheme]];
    if (above === undefined || below === undefined) throw new Error(`there is no ${ink} or no ${ground}`);
    expect(contrast(above, below)).toBeGreaterThanOrEqual(TEXT_MIN);
  });
});
