import { type OnCallPlan, onCallPlanSchema } from '#contracts';
import type { ScheduleOverride } from '#domain';
import type { Queryable } from './database.js';
import type { FileReload } from './file-reload.js';

/** A plan that was loaded. */
export interface LoadedOnCallPlan {
  /** Counts the plans, from 1. */
  readonly version: number;
  readonly sha256: string;
  readonly source: string;
  /** A file holds it. */
  readonly isFile: boolean;
  readonly plan: OnCallPlan;
  readonly loadedAt: number;
  readonly loadedBy: string;
}

/** An override of a schedule. */
export interface ScheduleOverrideRow extends ScheduleOverride {
  readonly madeBy: string;
  readonly comment: string;
  readonly madeAt: number;
  readonly withdrawnAt: number | null;
  readonly withdrawnBy: string | null;
}

/** Reads who is called. */
export interface OnCallRepository {
  /** The plan in force; undefined: none was ever loaded, and every channel for pages gets every page. */
  readonly inForce: () => Promise<LoadedOnCallPlan | undefined>;
  /** Overrides that were not withdrawn and end after a moment, the first made first; as decisions take them. */
  readonly overrides: (afterMs: number) => Promise<readonly ScheduleOverrideRow[]>;
  readonly override: (scheduleOverrideId: string) => Promise<ScheduleOverrideRow | undefined>;
  readonly reload: () => Promise<FileReload | undefined>;
  /** The expected version of the next event of a stream of these. */
  readonly versionOf: (stream: 'on-call' | 'on-call-reload') => Promise<number>;
}

const PLAN = `
  select version, sha256, source, is_file as "isFile", plan, loaded_at as "loadedAt", loaded_by as "loadedBy"
  from on_call_plan order by version desc limit 1`;

const OVERRIDE = `
  select schedule_override_id as "scheduleOverrideId", schedule, person, from_ms as "fromMs", until_ms as "untilMs",
    made_by as "madeBy", comment, made_at as "madeAt", withdrawn_at as "withdrawnAt", withdrawn_by as "withdrawnBy"
  from schedule_override`;

const RELOAD = `
  select asked_version as "askedVersion", asked_at as "askedAt", asked_by as "askedBy", refused_at as "refusedAt",
    refused_source as "refusedSource", refused_problems as "refusedProblems"
  from on_call_reload`;

/** Who is called, in PostgreSQL. */
export const createOnCallRepository = (database: Queryable): OnCallRepository => ({
  inForce: async () => {
    const [row] = await database.query<LoadedOnCallPlan>(PLAN);
    return row === undefined ? undefined : { ...row, plan: onCallPlanSchema.parse(row.plan) };
  },
  overrides: (afterMs) =>
    database.query<ScheduleOverrideRow>(`${OVERRIDE} where withdrawn_at is null and until_ms > $1 order by made`, [
      afterMs,
    ]),
  override: async (scheduleOverrideId) =>
    (await database.query<ScheduleOverrideRow>(`${OVERRIDE} where schedule_override_id = $1`, [scheduleOverrideId]))[0],
  reload: async () => (await database.query<FileReload>(RELOAD))[0],
  versionOf: async (stream) =>
    (await database.query<{ version: number }>('select version from chain_anchor where stream = $1', [stream]))[0]
      ?.version ?? 0,
});
