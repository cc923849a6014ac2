import { z } from 'zod';
import {
  type Event,
  FAMILY_NAMES,
  type Family,
  FLEET_KEY,
  isRefusal,
  KEY_SEPARATOR,
  type Principal,
  refuse,
  type Refusal,
  SLOT_MS,
  streamOf,
} from '#contracts';
import { decideRunbookResult, runbookOf, type RunbookStep } from '#domain';
import type { CatalogueFollower } from '#runtime';
import {
  type Database,
  createIncidentRepository,
  createRollbackRepository,
  type IncidentRow,
  readStream,
  type RollbackRow,
} from '#store';
import { act, type ActParts } from './act.js';
import { LIST_MAX } from './list-query.js';

/** What a command answered, as it is attached. */
export const runbookResultBody = z.strictObject({ output: z.string().trim().min(1).max(8_000) });

/** A step with what was attached to it. */
export interface RunbookReportStep extends RunbookStep {
  readonly results: readonly { readonly by: string; readonly output: string; readonly at: number }[];
}

/** The runbook of an incident. */
export interface RunbookReport {
  readonly incidentId: string;
  readonly steps: readonly RunbookReportStep[];
}

/** What a runbook is filled in with. */
export interface RunbookParts {
  readonly database: Database;
  readonly catalogue: Pick<CatalogueFollower, 'current'>;
}

/** Before the opening and after it: what is read of a family with many keys at once. */
const BEFORE_MS = 120_000;
const AFTER_MS = 480_000;

/** The addresses of nodes that it is about: those that a rollback takes back, the node, or those of its place; else any. */
const addressesOf = ({ scope, key }: IncidentRow, rollbacks: readonly RollbackRow[], { catalogue }: RunbookParts) => {
  const { nodes } = catalogue.current();
  const undone = rollbacks.flatMap(({ waves }) => waves.flatMap((wave) => wave.nodes));
  const region = scope === 'release_region' ? key.split(KEY_SEPARATOR)[1] : key;
  const near = nodes.filter((node) => node.nodeId === key || node.pop === key || node.region === region);
  const about = new Set(undone);
  const first = nodes.filter(({ nodeId }) => about.has(nodeId));
  return [...first, ...(near.length > 0 ? near : nodes)].flatMap(({ address }) => address ?? []);
};

const zonesOf = ({ impact, peakImpact }: IncidentRow, { catalogue }: RunbookParts): readonly string[] => {
  const zones = new Map(catalogue.current().customers.map((each) => [each.customerId, each.zones]));
  const hurt = impact.top.length > 0 ? impact.top : peakImpact.top;
  return hurt.flatMap(({ customerId }) => zones.get(customerId) ?? []);
};

const isFamily = (scope: string): scope is Family => (FAMILY_NAMES as readonly string[]).includes(scope);

const stepsOf = async (parts: RunbookParts, incident: IncidentRow): Promise<readonly RunbookStep[]> => {
  const { incidentId, rule, scope, key, openedAt } = incident;
  const rollbacks = await createRollbackRepository(parts.database).list({ incidentId, limit: LIST_MAX });
  const fromMs = Math.floor((openedAt - BEFORE_MS) / SLOT_MS) * SLOT_MS;
  const windows = isFamily(scope) ? { family: scope, key } : { family: 'fleet', key: FLEET_KEY };
  return runbookOf({
    incidentId,
    rule,
    zones: zonesOf(incident, parts),
    addresses: addressesOf(incident, rollbacks, parts),
    ...windows,
    fromMs,
    untilMs: fromMs + BEFORE_MS + AFTER_MS,
  });
};

const incidentOf = async ({ database }: RunbookParts, incidentId: string): Promise<IncidentRow | Refusal> =>
  (await createIncidentRepository(database).findRow(incidentId)) ??
  refuse('NOT_FOUND', `there is no incident ${incidentId}`);

/** Reads the runbook of an incident, with what was attached. */
export const readRunbook = async (parts: RunbookParts, incidentId: string): Promise<RunbookReport | Refusal> => {
  const incident = await incidentOf(parts, incidentId);
  if (isRefusal(incident)) return incident;
  const stream = await readStream(parts.database, streamOf.incident(incidentId));
  const attached = stream.flatMap(({ event }) => (event.type === 'RunbookResultAttached' ? [event.data] : []));
  const steps = await stepsOf(parts, incident);
  return {
    incidentId,
    steps: steps.map((step) => ({
      ...step,
      results: attached.flatMap(({ step: of, by, output, at }) => (of === step.step ? [{ by, output, at }] : [])),
    })),
  };
};

interface Known {
  readonly isOpened: boolean;
  readonly results: number;
}

const evolve = ({ isOpened, results }: Known, { type }: Event): Known => ({
  isOpened: isOpened || type === 'IncidentOpened',
  results: results + (type === 'RunbookResultAttached' ? 1 : 0),
});

/** Attaches what a step answered. */
export const attachRunbookResult = async (
  parts: RunbookParts & ActParts,
  told: { readonly incidentId: string; readonly step: string; readonly output: string },
  caller: Principal,
): Promise<RunbookReport | Refusal> => {
  const { incidentId, step } = told;
  const incident = await incidentOf(parts, incidentId);
  if (isRefusal(incident)) return incident;
  const steps = await stepsOf(parts, incident);
  const refusal = await act<Known>(parts, {
    stream: streamOf.incident(incidentId),
    cause: `attach ${step} to ${incidentId}`,
    caller,
    nothing: { isOpened: false, results: 0 },
    evolve,
    decide: (known, acting) => decideRunbookResult(known, told, steps, acting),
  });
  return refusal ?? readRunbook(parts, incidentId);
};
