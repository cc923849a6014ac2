import type { Policy } from '#contracts';
import type { Escalation } from '#domain';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

/** A step that is this late is overdue: nobody looks any more. */
export const OVERDUE_AFTER_MS = 60_000;

/** Incidents that an auditor names; one is enough to be found. */
const OVERDUE_NAMED_MAX = 10;

/** Who is called for an incident. Times are ms since the epoch. */
export interface EscalationRow {
  readonly incidentId: string;
  /** As it was when the escalation began. */
  readonly policy: Policy;
  readonly state: Escalation['state'];
  /** The level that was called last, from 1. */
  readonly level: number;
  /** How often all levels were gone through before. */
  readonly round: number;
  readonly highest: number;
  readonly calls: number;
  readonly because: string;
  /** Who took it on, or put it off. */
  readonly heldBy: string | null;
  /** When the next step is due; null: none is. */
  readonly dueAt: number | null;
  readonly startedAt: number;
  readonly changedAt: number;
}

/** Reads escalations. */
export interface EscalationRepository {
  readonly findRow: (incidentId: string) => Promise<EscalationRow | undefined>;
  /** Incidents of which a step is due, the one that waits longest first. */
  readonly due: (nowMs: number, limit: number) => Promise<readonly string[]>;
  /** Incidents whose step is due for more than `OVERDUE_AFTER_MS`, as many as are named at most: a dispatcher that lives takes it within a second. */
  readonly overdueEscalations: (nowMs: number) => Promise<readonly string[]>;
}

const SELECT = `
  select incident_id as "incidentId", policy, state, level, round, highest, calls, because, held_by as "heldBy",
    due_at as "dueAt", started_at as "startedAt", changed_at as "changedAt"
  from incident_escalation`;

const DUE = `
  select incident_id as "incidentId" from incident_escalation where due_at <= $1
  order by due_at, incident_id limit $2`;

/** Escalations in PostgreSQL. */
export const createEscalationRepository = (database: Queryable): EscalationRepository => {
  const due = async (nowMs: number, limit: number): Promise<readonly string[]> => {
    const rows = await database.query<{ incidentId: string }>(DUE, [nowMs, listLimit(limit)]);
    return rows.map(({ incidentId }) => incidentId);
  };
  return {
    findRow: async (incidentId) => {
      const [row] = await database.query<EscalationRow>(`${SELECT} where incident_id = $1`, [incidentId]);
      return row;
    },
    due,
    overdueEscalations: (nowMs) => due(nowMs - OVERDUE_AFTER_MS, OVERDUE_NAMED_MAX),
  };
};

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_ESCALATIONS };
