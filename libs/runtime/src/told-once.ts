import { isRefusal, type Principal, refuse, type Refusal } from '#contracts';
import { claimKey, type Claimed, type Database, DatabaseUnavailable, freeKey, holdKey } from '#store';
import type { Clock } from './clock.js';

/** What is told once is told with. */
export interface ToldOnceParts {
  readonly database: Database;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** While the database is away nobody knows the key: what comes is taken, and may be taken twice, rather than lost. */
const unlessAway = async <T>(asked: Promise<T>): Promise<T | 'away'> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return 'away';
    throw error;
  }
};

/** What is taken once, and what is answered when it comes again. `at`: when its key was claimed, ms: the same for both. */
export interface Taking<T> {
  readonly take: (at: number) => Promise<T | Refusal>;
  readonly again: (at: number) => T | Refusal | Promise<T | Refusal>;
}

/**
 * What a request with an idempotency key tells to the log, or begins, in no transaction with the database: the key is claimed, the log
 * takes it, and the key is held for a day. A process that is killed in between has told it, perhaps, and whoever sends again tells it again once the
 * claim is over, a minute later.
 */
export class ToldOnce {
  constructor(private readonly parts: ToldOnceParts) {}

  /** Takes what a caller sends, unless the same request was taken before: then that is answered again. */
  async take<T>(caller: Principal, taking: Taking<T>): Promise<T | Refusal> {
    const { database, clock } = this.parts;
    const [once, nowMs] = [caller.terms?.once, clock.nowMs()];
    if (once === undefined) return taking.take(nowMs);
    const claimed = await unlessAway(claimKey(database, once, nowMs));
    return claimed === 'away' ? taking.take(nowMs) : this.takeClaimed(claimed, taking);
  }

  private async takeClaimed<T>(claimed: Claimed, { take, again }: Taking<T>): Promise<T | Refusal> {
    if (typeof claimed !== 'string' && 'toldAtMs' in claimed) return again(claimed.toldAtMs);
    if (claimed === 'under way') return refuse('CONFLICT', 'the same request is being taken now; send again');
    if (claimed === 'other')
      return refuse('IDEMPOTENCY_KEY_REUSED', 'the key was sent with another request', 'idempotency-key');
    const { database } = this.parts;
    let isTaken = false;
    try {
      const taken = await take(claimed.atMs);
      isTaken = !isRefusal(taken);
      return taken;
    } finally {
      // What fails here changes nothing of what was told or refused: the claim ends by itself a minute later, and hides no answer and no error.
      await (isTaken ? holdKey(database, claimed) : freeKey(database, claimed)).catch(() => undefined);
    }
  }
}
