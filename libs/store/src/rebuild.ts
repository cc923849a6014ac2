import type { Database, Queryable } from './database.js';
import { lockHead } from './event-append.js';
import { READ_EVENTS_MAX, readRows } from './event-read.js';
import { recordedEvent } from './event-row.js';
import type { Projection } from './projections/projection.js';
import { project, PROJECTIONS } from './projections/projections.js';

const applyPage = async (tx: Queryable, after: number, projections: readonly Projection[]): Promise<number> => {
  const events = (await readRows(tx, after, READ_EVENTS_MAX)).map(recordedEvent);
  await project(tx, events, projections);
  return events.length;
};

/**
 * Empties every read table and applies the events again, in one transaction: readers see the old rows or the new ones. Appends
 * wait at the head meanwhile, and fail after their lock timeout when it takes longer: a rebuild is an operator's step, not a routine.
 */
export const rebuildProjections = (
  database: Database,
  projections: readonly Projection[] = PROJECTIONS,
): Promise<{ readonly events: number }> =>
  database.transaction(async (tx) => {
    const last = await lockHead(tx);
    await tx.query(`truncate ${projections.flatMap(({ tables }) => tables).join(', ')}`);
    let events = 0;
    // Positions are gapless, so the number of events applied is the position reached.
    while (events < last) {
      const applied = await applyPage(tx, events, projections);
      if (applied === 0) throw new Error(`rebuild projections: events end at ${events}, the head says ${last}`);
      events += applied;
    }
    return { events };
  });
