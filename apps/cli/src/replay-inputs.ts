import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type RecordedEvent, type Rule, recordedRuleSetSchema, type RuleSet, TICK_MS } from '#contracts';
import { type Fault, faultsOf, VERIFY_MS } from '#domain';
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

const lastLoaded = (events: readonly RecordedEvent[]): RuleSet | undefined => {
  const loaded = events.findLast(({ event }) => event.type === 'RulesLoaded')?.event;
  return loaded?.type === 'RulesLoaded' ? loaded.data.ruleSet : undefined;
};

/** The rules that were in force last: those that were loaded, or the shipped pack. */
export const recordedRules = (events: readonly RecordedEvent[]): readonly Rule[] =>
  (lastLoaded(events) ?? readRuleSet()).rules;

/** For how long rolled back waves were watched last, ms: other rules are played as if they had been loaded by the same process. */
export const recordedVerifyMs = (events: readonly RecordedEvent[]): number => lastLoaded(events)?.verifyMs ?? VERIFY_MS;

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
  { fromTick, toTick }: { readonly fromTick: number; readonly toTick: number },
): readonly Fault[] => {
  const [fromMs, endMs] = [fromTick * TICK_MS, (toTick + 1) * TICK_MS];
  const faults = path === undefined ? faultsOf(events, endMs) : readTruth(path);
  return faults.filter((fault) => fault.toMs > fromMs && fault.fromMs < endMs);
};

const readTruth = (path: string): readonly Fault[] =>
  parsed(truthSchema, path, 'list of faults [{"name", "from", "to"}]').map(({ name, from, to }) => {
    return { name, fromMs: Date.parse(from), toMs: Date.parse(to), earlyMs: 0 };
  });

/** Before an incident and after its end: enough to see it begin and to see that it is over. */
const BEFORE_MS = 600_000;
const AFTER_MS = 120_000;

/** The time of an incident, with what is around it. */
export const spanOfIncident = (events: readonly RecordedEvent[], incident: string): AskedSpan => {
  const opened = events
    .map(({ event }) => event)
    .filter((event) => event.type === 'IncidentOpened')
    .findLast(({ data }) => incident === 'latest' || data.incidentId === incident);
  if (opened === undefined)
    throw new UsageError(incident === 'latest' ? 'no incident is recorded' : `no incident ${incident} is recorded`);
  const { incidentId, at } = opened.data;
  const end = events.find(({ event }) => event.type === 'IncidentResolved' && event.data.incidentId === incidentId);
  const endMs = end?.event.type === 'IncidentResolved' ? end.event.data.at : undefined;
  return { fromMs: at - BEFORE_MS, toMs: endMs === undefined ? undefined : endMs + AFTER_MS };
};
