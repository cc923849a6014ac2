import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { commentSchema, nameSchema, newSilenceSchema, stageApprovalSchema } from '#contracts';
import { CHECKLIST_MIN, SNOOZE_MS_MAX } from '#domain';
import { acknowledgement, handOver, incidentNote } from '../list-query.js';
import { publicationBody } from '../status-update-acts.js';

const CONSOLE = 'apps/console/src';
const LIMITS = readFileSync(join(CONSOLE, 'ui/limits.ts'), 'utf8');
/** `1_000`, of a constant of the console. */
const limit = (name: string): number =>
  Number(new RegExp(`\\b${name}\\b(?: =|:) ([\\d_]+)`).exec(LIMITS)?.[1]?.replaceAll('_', ''));

const takes = (schema: ZodType, value: unknown): boolean => schema.safeParse(value).success;
const silence = (comment: string) => ({ where: { region: ['us-east'] }, durationMs: 60_000, comment });

/** What the server takes of a text, beside the name that the console has for its length. */
const FIELDS: readonly (readonly [name: string, takes: (text: string) => boolean])[] = [
  ['COMMENT_MAX', (text) => takes(commentSchema, text)],
  ['COMMENT_MAX', (note) => takes(stageApprovalSchema, { stage: 'canary', note })],
  ['NOTE_MAX', (note) => takes(acknowledgement, { note })],
  ['NOTE_MAX', (note) => takes(handOver, { to: 'ann', note })],
  ['INCIDENT_NOTE_MAX', (text) => takes(incidentNote, { text })],
  ['PUBLIC_TEXT_MAX', (text) => takes(publicationBody, { text })],
  ['PUBLIC_TEXT_MAX', (workaround) => takes(publicationBody, { workaround })],
  ['SILENCE_COMMENT_MAX', (text) => takes(newSilenceSchema, silence(text))],
];

describe('what the forms of the console take', () => {
  it.each(FIELDS)('%s characters, the server takes as well, and no more', (name, isTaken) => {
    expect([isTaken('x'.repeat(limit(name))), isTaken('x'.repeat(limit(name) + 1))]).toEqual([true, false]);
  });

  it('as a name is what the server takes as one', () => {
    const [, source = ''] = /NAME_PATTERN = '(.+)'/.exec(LIMITS) ?? [];
    // As a browser reads a pattern; one that it cannot read it lets everything pass.
    const pattern = new RegExp(`^(?:${source.replaceAll('\\\\', '\\')})$`, 'v');
    for (const name of ['ann', 'ann.lee-2', 'a:b_c', 'x'.repeat(64), 'Ana Lopez', '-ann', 'x'.repeat(65), 'ann/b', ''])
      expect([name, pattern.test(name)]).toEqual([name, takes(nameSchema, name)]);
  });

  it('of numbers are those of the server', () => {
    expect(limit('SNOOZE_MINUTES_MAX') * 60_000).toBe(SNOOZE_MS_MAX);
    expect(limit('affectedCustomers')).toBe(CHECKLIST_MIN.affectedCustomers);
    expect(limit('dollarsPerHour')).toBe(CHECKLIST_MIN.dollarsPerHour);
    expect(limit('minutes') * 60_000).toBe(CHECKLIST_MIN.resolutionEtaMs);
  });

  it('stands in one place: no form has a length of its own', () => {
    const own = readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.tsx') && /<Text\b[^>]*maxLength=\{\d/.test(readFileSync(join(CONSOLE, path), 'utf8')),
    );
    expect(own).toEqual([]);
  });
});
