import type { CommandAnswer, Event, EventData } from '#contracts';
import type { Plan, Rollback } from './rollback.js';
import type { ProbedRecovery } from './wave-probes.js';

/** What the telemetry of a wave's nodes says. */
export interface WaveHealth {
  /** Success, per cent, over the verification window; undefined while it cannot be told. */
  readonly success: number | undefined;
  /** Why not, or over what. */
  readonly detail: string;
  /** A node that answered and, long enough after, runs another release than the target (RAIL-6), in words. */
  readonly foreign?: string | undefined;
}

/** What a step of a rollback needs beside its state. */
export interface WaveContext {
  readonly at: number;
  readonly verifyMs: number;
  /** The generation the next command gets. */
  readonly generation: number;
  readonly answers: readonly CommandAnswer[];
  /** Why nothing may be commanded now (RAIL-14), in words; undefined: it may. What is out already goes on. */
  readonly offBecause: string | undefined;
  /** A node that was brought something else since a plan was made, in words. */
  readonly strangerOf: (plan: Plan, nodes: readonly string[]) => string | undefined;
  readonly healthOf: (rollback: Rollback) => WaveHealth;
  /** What probers say of nodes since they answered (R59). */
  readonly recoveryOf: (nodes: readonly string[], sinceMs: number) => ProbedRecovery;
  readonly isIncidentOpen: (incidentId: string | undefined) => boolean;
  readonly commandIdOf: (rollbackId: string, wave: number) => string;
  readonly sha256: (text: string) => string;
}

/** What of a rollback a person has to know. */
export interface RollbackTrouble {
  readonly step: NonNullable<EventData<'IncidentEscalated'>['rollback']>['step'];
  readonly text: string;
}

/** What a rollback does next, and what went wrong with it if a person has to know. */
export interface SagaStep {
  readonly events: readonly Event[];
  readonly trouble?: RollbackTrouble;
}

/** A rollback that waits. */
export const NOTHING_YET: SagaStep = { events: [] };
