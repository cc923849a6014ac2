import { streamOf } from '#contracts';
import { decideEscalationDue } from '#domain';
import type { Clock, Logger } from '#runtime';
import { type Database, type EscalationRepository, type EventStore, readEscalation } from '#store';
import { ESCALATIONS_PER_RUN_MAX } from './dispatcher.config.js';

/** What the timers of escalations need. */
export interface EscalationsParts {
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly escalations: Pick<EscalationRepository, 'due' | 'overdueEscalations'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Takes the steps of escalations that are due: the next level, a further round, or that whoever had it is asked again. When a step is
 * due stands in the database; nothing is waited for in memory, so a process that dies leaves each step to the next that looks. A step
 * is decided on what the stream says and appended with its version: of several dispatchers one takes it, and the others find that
 * the stream has gone on.
 */
export class EscalationsReconciler {
  private overdue: readonly string[] = [];

  constructor(private readonly parts: EscalationsParts) {}

  /** Why escalations are not well; undefined when they are. */
  unready(): string | undefined {
    const [first] = this.overdue;
    return first === undefined
      ? undefined
      : `the next step of ${this.overdue.length} escalation(s) is overdue, incident ${first} first`;
  }

  /** One run: at most `ESCALATIONS_PER_RUN_MAX` steps; more wait for the next. */
  readonly reconcile = async (): Promise<void> => {
    const { escalations, clock, logger } = this.parts;
    const due = await escalations.due(clock.nowMs(), ESCALATIONS_PER_RUN_MAX);
    let failure: unknown;
    for (const incidentId of due) {
      // One that fails must not keep the others from being called.
      await this.step(incidentId).catch((error: unknown) => {
        failure ??= error;
        logger.error({ incidentId, error }, 'the step of an escalation failed');
      });
    }
    this.overdue = due.length === 0 ? [] : await escalations.overdueEscalations(clock.nowMs());
    if (failure !== undefined) throw new Error('take the steps of escalations', { cause: failure });
  };

  private async step(incidentId: string): Promise<void> {
    const { database, eventStore, clock, logger } = this.parts;
    const { escalation, version } = await readEscalation(database, incidentId);
    const events = decideEscalationDue(escalation, clock.nowMs());
    if (events.length === 0) return;
    const stream = streamOf.escalation(incidentId);
    const result = await eventStore.append([{ stream, expectedVersion: version, events }], {
      actor: 'dispatcher',
      cause: `${stream}@${version}`,
    });
    if ('conflict' in result) return;
    for (const { type, data } of events)
      logger.info({ incidentId, step: type, because: data.because }, 'took the step of an escalation');
  }
}
