import type { Database } from '#store';

/** What goes wrong with the database of one process. */
export interface Faults {
  /** The process is dead: nothing it asks is done any more. */
  isDead: boolean;
  /** Everything fails, and nobody waits for the process to decide. */
  isHeld: boolean;
  /** So many statements and transactions fail before anything is done. */
  refusals: number;
  /** So many transactions are committed, and fail nevertheless: the answer was lost. */
  lostAnswers: number;
}

/** Nothing goes wrong. */
export const createFaults = (): Faults => ({ isDead: false, isHeld: false, refusals: 0, lostAnswers: 0 });

/** A real database that fails as it is told. */
export const faultyDatabase = (database: Database, faults: Faults): Database => {
  const refuse = (): void => {
    if (faults.isDead) throw new Error('this process is dead');
    if (faults.isHeld) throw new Error('the database is away');
    if (faults.refusals === 0) return;
    faults.refusals -= 1;
    throw new Error('the database is away');
  };
  return {
    ...database,
    query: async (text, values) => {
      refuse();
      return database.query(text, values);
    },
    transaction: async (work, options) => {
      refuse();
      const result = await database.transaction(async (tx) => {
        const done = await work(tx);
        refuse();
        return done;
      }, options);
      if (faults.lostAnswers === 0) return result;
      faults.lostAnswers -= 1;
      throw new Error('the answer to the commit was lost');
    },
  };
};
