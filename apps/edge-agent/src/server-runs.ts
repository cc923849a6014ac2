/**
 * Which start of the server a connection belongs to. A run is in one of three states.
 * - LIVE: at least one connection sends. Further ones join it: workers of one server, or a second server beside it.
 * - BROKEN: a connection of it was lost without STOP. That is one crash, however many connections go down with it; the next START
 *   begins a new run, which the connections that are left join.
 * - OVER: no connection sends. The next START begins a new run.
 */
export class ServerRuns {
  private readonly sending = new Set<number>();
  private isBroken = false;
  private current = '0';

  /** `newBootId` names a run. */
  constructor(private readonly newBootId: () => string) {}

  /** The run of what arrives now; 0 before there was any. */
  get bootId(): string {
    return this.current;
  }

  /** Connections that send. */
  get connections(): number {
    return this.sending.size;
  }

  /** A connection began to send. */
  started(connection: number): void {
    if (this.sending.size === 0 || this.isBroken) {
      this.current = this.newBootId();
      this.isBroken = false;
    }
    this.sending.add(connection);
  }

  /** It ended as one that lives. */
  stopped(connection: number): void {
    this.sending.delete(connection);
  }

  /** It ended in the middle. The run that crashed, unless that is known. */
  lost(connection: number): string | undefined {
    if (!this.sending.delete(connection) || this.isBroken) return undefined;
    this.isBroken = true;
    return this.current;
  }
}
