import { isRefusal, type Principal, refuse, type Refusal } from '#contracts';
import type { Clock } from '#runtime';
import { claimKey, type Claimed, type Database, DatabaseUnavailable, freeKey, holdKey } from '#store';

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

/**
 * What a request with an idempotency key tells to the log, which has no transaction with the database: the key is claimed, the log takes
 * it, and the key is held for a day. A process that is killed in between has told it, perhaps, and whoever sends again tells it again once the
 * claim is over, a minute later.
 */
export class ToldOnce {
  constructor(private readonly parts: ToldOnceParts) {}

  /** Takes what a caller sends, unless the same request was taken before: then the answer is `again`. */
  async take<T>(caller: Principal, again: T, take: () => Promise<T | Refusal>): Promise<T | Refusal> {
    const once = caller.terms?.once;
    if (once === undefined) return take();
    const { database, clock } = this.parts;
    const claimed = await unlessAway(claimKey(database, once, clock.nowMs()));
    return claimed === 'away' ? take() : this.takeClaimed(claimed, again, take);
  }

  private async takeClaimed<T>(claimed: Claimed, again: T, take: () => Promise<T | Refusal>): Promise<T | Refusal> {
    if (claimed === 'told') return again;
    if (claimed === 'under way') return refuse('CONFLICT', 'the same request is being taken now; send again');
    if (claimed === 'other')
      return refuse('IDEMPOTENCY_KEY_REUSED', 'the key was sent with another request', 'idempotency-key');
    const { database } = this.parts;
    let isTaken = false;
    try {
      const taken = await take();
      isTaken = !isRefusal(taken);
      return taken;
    } finally {
      await unlessAway(isTaken ? holdKey(database, claimed) : freeKey(database, claimed));
    }
  }
}
