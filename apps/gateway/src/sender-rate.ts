/** Requests of one key within a minute: five times what PagerDuty takes, so nobody who kept to theirs is told to wait. */
const PER_MINUTE_MAX = 600;
const MINUTE_MS = 60_000;
/** Keys remembered: more than a fleet has senders, and 100 KB. Beyond it the one that began first is forgotten and begins anew. */
const KEYS_MAX = 1_024;

/** How often each key came within its minute: a sender in a loop must not fill the log that others page through. */
export class SenderRate {
  private readonly minutes = new Map<string, { readonly sinceMs: number; count: number }>();

  /** Counts a request; false: it is one too many. */
  take(keyId: string, nowMs: number): boolean {
    const known = this.minutes.get(keyId);
    if (known !== undefined && nowMs - known.sinceMs < MINUTE_MS) {
      known.count += 1;
      return known.count <= PER_MINUTE_MAX;
    }
    this.minutes.delete(keyId);
    this.minutes.set(keyId, { sinceMs: nowMs, count: 1 });
    const oldest = this.minutes.size > KEYS_MAX ? this.minutes.keys().next().value : undefined;
    if (oldest !== undefined) this.minutes.delete(oldest);
    return true;
  }
}
