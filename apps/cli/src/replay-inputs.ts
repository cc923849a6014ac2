import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type RecordedEvent, type Rule, recordedRuleSetSchema, type RuleSet, TICK_MS } from '#contracts';
import { type Fault, faultsOf, faultsWithin, incidentSpan, lastRuleSet } from '#domain';
import type { AskedSpan } from '#replay';
import { readRuleSet } from './rule-set.js';
import { UsageError } from './usage-error.js';

const readJson = (path: string, what: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${path}: no ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};

const parsed = <S extends z.ZodType>(schema: S, path: string, what: string): z.output<S> => {
  const result = schema.safeParse(readJson(path, what));
  if (!result.success) throw new UsageError(`${path}: no ${what}\n${z.prettifyError(result.error)}`);
  return result.data;
};

/** Other rules: as people write them, or the JSON of a set as it is recorded. */
export const readRulesFile = (path: string): RuleSet =>
  path.endsWith('.json') ? parsed(recordedRuleSetSchema, path, 'set of rules') : readRuleSet(path);

/** The rules that were in force last: those that were loaded, or the shipped pack. */
export const recordedRules = (events: readonly RecordedEvent[]): readonly Rule[] =>
  (lastRuleSet(events) ?? readRuleSet()).rules;

const truthSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1).max(300),
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }),
    }),
  )
  .max(1_000);

/** What was really wrong within a range: as a file says, or the recorded incidents. Others could not be found in it. */
export const readFaults = (
  path: string | undefined,
  events: readonly RecordedEvent[],
  range: { readonly fromTick: number; readonly toTick: number },
): readonly Fault[] =>
  faultsWithin(path === undefined ? faultsOf(events, (range.toTick + 1) * TICK_MS) : readTruth(path), range);

const readTruth = (path: string): readonly Fault[] =>
  parsed(truthSchema, path, 'list of faults [{"name", "from", "to"}]').map(({ name, from, to }) => {
    return { name, fromMs: Date.parse(from), toMs: Date.parse(to), earlyMs: 0 };
  });

/** The time of an incident, with what is around it. */
export const spanOfIncident = (events: readonly RecordedEvent[], incident: string): AskedSpan => {
  const span = incidentSpan(events, incident);
  if (span === undefined)
    throw new UsageError(incident === 'latest' ? 'no incident is recorded' : `no incident ${incident} is recorded`);
  return span;
};
