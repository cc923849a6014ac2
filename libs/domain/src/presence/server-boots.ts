/** Boots that are remembered of a server; the oldest goes. A crash is told late by minutes at most, and loops need three. */
const BOOTS_MAX = 16;

/**
 * The boots of one server, from heartbeats and crash reports, in any order: each of them ends once, whoever says so first. A crash
 * report names the server that died, or, where the supervisor was quick, the one that came after it.
 */
export class ServerBoots {
  private current: string | undefined;
  private readonly known: string[] = [];
  private readonly ended = new Set<string>();

  /** A heartbeat names the server that runs; answers whether another one ended that nobody had told of. */
  seen(bootId: string): boolean {
    const isNews = this.current !== undefined && this.current !== bootId && this.end(this.current);
    this.remember(bootId);
    this.current = bootId;
    return isNews;
  }

  /** A crash was told; answers whether it is news. */
  crashed(bootId: string): boolean {
    if (this.current === undefined || this.known.includes(bootId)) {
      this.remember(bootId);
      this.current ??= bootId;
      return this.end(bootId);
    }
    return this.seen(bootId);
  }

  private end(bootId: string): boolean {
    if (this.ended.has(bootId)) return false;
    this.ended.add(bootId);
    return true;
  }

  private remember(bootId: string): void {
    if (this.known.includes(bootId)) return;
    this.known.push(bootId);
    const forgotten = this.known.length > BOOTS_MAX ? this.known.shift() : undefined;
    if (forgotten !== undefined) this.ended.delete(forgotten);
  }
}
