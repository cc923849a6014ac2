import { renderEvents } from './events-document.js';
import { renderSettings } from './settings-document.js';
import { sourceFiles } from './source-files.js';
import { toldIn } from './source-sentences.js';

const files = sourceFiles(process.cwd());
const SETTINGS = { path: 'apps/gateway/src/gateway.config.ts' };

describe('what is told in a source', () => {
  it('is a thing, and the comment above it', () => {
    const source =
      '/** One.\n * Two. */\nexport const aEvents = {\n  A: z.object({}),\n  /** Said. */\n  B: z.object({}),\n};';
    expect(toldIn(source, /^ {2}([A-Z]): /).map(({ name, sentence }) => [name, sentence])).toEqual([
      ['A', undefined],
      ['B', 'Said.'],
    ]);
    expect(toldIn(source, /^export const (\w+)/)[0]?.sentence).toBe('One. Two.');
  });
});

describe('docs/events.md', () => {
  it('fails for an event without a sentence, and for one that it does not find', () => {
    const silent = files.map((file) =>
      file.path.endsWith('/incident-events.ts')
        ? { ...file, text: file.text.replace(/ {2}\/\*\* [^\n]*\n( {2}IncidentResolved:)/, '$1') }
        : file,
    );
    expect(() => renderEvents(silent)).toThrow('IncidentResolved has no sentence');
    const without = files.filter(({ path }) => !path.endsWith('/incident-events.ts'));
    expect(() => renderEvents(without)).toThrow('IncidentOpened');
  });
});

describe('docs/settings.md', () => {
  it('tells of a secret without a value, of a default as it is, and of what has no sentence not at all', () => {
    const text = [
      'const PORT_DEFAULT = 8_080;',
      "const SECRETS = ['TOKEN'] as const;",
      'const schema = z.object({',
      '  /** Where it listens. */',
      '  PORT: z.coerce.number().default(PORT_DEFAULT),',
      "  /** Opens it. */\n  TOKEN: z.string().default('never shown'),",
      '});',
    ].join('\n');
    const rendered = renderSettings([{ ...SETTINGS, text }]);
    expect(rendered).toContain('| `PORT` | Where it listens. | `8080` |');
    expect(rendered).toContain('| `TOKEN` | Opens it. | secret |');
    expect(() => renderSettings([{ ...SETTINGS, text: '  SILENT: z.string(),' }])).toThrow('SILENT has no sentence');
  });
});
