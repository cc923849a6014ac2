import { z } from 'zod';
import { type EventType, eventSchemas } from '#contracts';
import type { SourceFile } from './source-files.js';
import { toldIn } from './source-sentences.js';

const HEAD = `# Events

Everything that was decided, told or done, in one order. Made from the schemas of \`libs/contracts/src/events\` by \`npm run docs\`; do not
edit.

Each event has a \`position\` (gapless, from 1), a \`stream\` and its \`version\` there, \`type\` and \`data\`, the \`actor\` and \`cause\`, the time
of its recording, and a \`hash\` over the one before it in its stream. They are read by \`GET /v1/events\`, and published on the topic \`events\`.
An event never changes: a further meaning is a new type, or a field that may be absent (\`?\`). Times that end in \`At\` or \`Ms\` are
milliseconds since the epoch; \`tick\` counts seconds of event time.
`;

type Schema = z.core.JSONSchema.BaseSchema;

/** Deeper than this, data is shown as \`{…}\`: the schema is the place to read it. */
const DEPTH_MAX = 1;
/** Values of an enumeration that are listed. */
const VALUES_MAX = 6;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

const shapeOf = (schema: unknown, depth: number): string => {
  if (!isSchema(schema)) return 'anything';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return schema.enum.length > VALUES_MAX ? 'one of a list' : schema.enum.map(String).join(' \\| ');
  const any = schema.anyOf ?? schema.oneOf;
  if (any !== undefined) return [...new Set(any.map((each) => shapeOf(each, depth)))].join(' or ');
  if (schema.type === 'array') return `${shapeOf(schema.items, depth)}[]`;
  if (schema.type !== 'object') return typeof schema.type === 'string' ? schema.type : 'anything';
  if (schema.properties === undefined) return 'by name';
  return depth > DEPTH_MAX ? '{…}' : `{ ${fieldsOf(schema, depth + 1)} }`;
};

const fieldsOf = ({ properties = {}, required = [] }: Schema, depth: number): string =>
  Object.entries(properties)
    .map(([name, schema]) => `${name}${required.includes(name) ? '' : '?'}: ${shapeOf(schema, depth)}`)
    .join(', ');

const isEventType = (name: string): name is EventType => Object.hasOwn(eventSchemas, name);

const rowOf = (type: EventType, sentence: string): string => {
  const schema = z.toJSONSchema(eventSchemas[type], { io: 'output', unrepresentable: 'any' });
  return `| \`${type}\` | ${sentence.replaceAll('|', '\\|')} | ${fieldsOf(schema, 1)} |`;
};

/** A family of events as its source tells of it: `export const …Events = {` and what stands in it. */
const familiesIn = (text: string) => toldIn(text, /^export const (\w+Events) = \{/);

/** `docs/events.md`: a table for each family. Throws where an event has no sentence: nobody could say what it means. */
export const renderEvents = (files: readonly SourceFile[]): string => {
  const sources = files.filter(({ path }) => /^libs\/contracts\/src\/events\/.*-events\.ts$/.test(path));
  const shown = new Set<string>();
  const families = sources
    .flatMap(({ text }) => familiesIn(text))
    .map(({ sentence, text }) => {
      const rows = toldIn(text, /^ {2}([A-Z]\w+): /).flatMap(({ name, sentence: means }) => {
        if (!isEventType(name)) return [];
        if (means === undefined) throw new Error(`libs/contracts/src/events: ${name} has no sentence`);
        shown.add(name);
        return [rowOf(name, means)];
      });
      return `\n## ${sentence ?? ''}\n\n| event | what happened | data |\n|---|---|---|\n${rows.join('\n')}\n`;
    });
  const missing = Object.keys(eventSchemas).filter((type) => !shown.has(type));
  if (missing.length > 0) throw new Error(`docs/events.md: not found in the sources: ${missing.join(', ')}`);
  return HEAD + families.join('');
};
