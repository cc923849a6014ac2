import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type RecordedEvent, type Rule, type RuleSet, ruleSetSchema, TICK_MS } from '#contracts';
import { DEFAULT_RULES, type Fault, faultsOf } from '#domain';
import type { AskedSpan } from './replay-run.js';
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

/** Rules as they are recorded: the JSON of a set. */
export const readRulesFile = (path: string): RuleSet => parsed(ruleSetSchema, path, 'set of rules');

/** The rules that were in force last: those that were loaded, or the default pack. */
export const recordedRules = (events: readonly RecordedEvent[]): readonly Rule[] => {
  const loaded = events.findLast(({ event }) => event.type === 'RulesLoaded')?.event;
  return loaded?.type === 'RulesLoaded' ? loaded.data.ruleSet.rules : DEFAULT_RULES;
};

const truthSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1).max(300),
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }),
    }),
  )
  .max(1_000);

/** What was really wrong: as a file says, or the recorded incidents. */
export const readFaults = (
  path: string | undefined,
  events: readonly RecordedEvent[],
  toTick: number,
): readonly Fault[] => {
  if (path === undefined) return faultsOf(events, (toTick + 1) * TICK_MS);
  return parsed(truthSchema, path, 'list of faults [{"name", "from", "to"}]').map(({ name, from, to }) => {
    return { name, fromMs: Date.parse(from), toMs: Date.parse(to), earlyMs: 0 };
  });
};

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
