import type { Clock } from '#runtime';

/** Asks what may hang: each question is under way once, and nobody waits longer than its bound for an answer. */
export class BoundedAsking {
  private readonly asked = new Set<string>();

  constructor(private readonly clock: Pick<Clock, 'sleep'>) {}

  /** An answer, if one comes in time; while the same is asked already there is none. */
  async within<T>(what: string, boundMs: number, ask: () => Promise<T>): Promise<T | undefined> {
    if (this.asked.has(what)) return undefined;
    this.asked.add(what);
    const answered = ask()
      .catch(() => undefined)
      .finally(() => this.asked.delete(what));
    const late = new AbortController();
    const bound = this.clock.sleep(boundMs, late.signal).then(() => undefined);
    const answer = await Promise.race([answered, bound]);
    // Behind the race: a wait that is broken off is over at once as well, and would win it.
    late.abort();
    return answer;
  }
}
