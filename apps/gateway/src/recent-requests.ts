import { isRefusal, type Refusal } from '#contracts';

/** Requests remembered, at 4 kB each at most: of a relay that sends ten a second, the last minutes. Beyond it the oldest is forgotten. */
const REMEMBERED_MAX = 4_096;

/**
 * The requests that were taken lately, by the digest of their bytes: who sends one again, since the answer came too late, gets that answer
 * and is not counted twice. Neither a refusal nor a failure is remembered.
 */
export class RecentRequests<T> {
  private readonly answers = new Map<string, Promise<T | Refusal>>();

  async once(digest: string, take: () => Promise<T | Refusal>): Promise<T | Refusal> {
    const known = this.answers.get(digest);
    if (known !== undefined) return known;
    const answer = take();
    this.answers.set(digest, answer);
    const oldest = this.answers.size > REMEMBERED_MAX ? this.answers.keys().next().value : undefined;
    if (oldest !== undefined) this.answers.delete(oldest);
    try {
      const taken = await answer;
      if (isRefusal(taken)) this.answers.delete(digest);
      return taken;
    } catch (error) {
      this.answers.delete(digest);
      throw error;
    }
  }
}
