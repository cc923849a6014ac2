import type { SpoolEntry, SpooledPage, SpoolResult } from './spool-entry.js';

/** Where a page is: `open` is to be sent, `told` has its answer and is not recorded, `closed` is over. */
export interface SpooledState {
  readonly page: SpooledPage;
  readonly state: 'open' | 'told' | 'closed';
  readonly attempts: number;
  readonly result: SpoolResult | undefined;
  readonly isDelivered: boolean;
  /** Another dispatcher sent it: whatever follows it is that one's. */
  readonly isElsewhere: boolean;
  readonly changedAtMs: number;
}

/** For how long it is known that a page was sent: a delivery that asks for the same comes minutes after the database is back. */
export const CLOSED_KEPT_MS = 86_400_000;
/** Pages known at once: a page of every customer of a large fleet through each of some channels. Beyond it a closed one is forgotten, an open one never. */
export const PAGES_KEPT_MAX = 10_000;

/** What the records of a spool say of each page. */
export class SpoolIndex {
  private readonly pages = new Map<string, SpooledState>();

  get(spoolId: string): SpooledState | undefined {
    return this.pages.get(spoolId);
  }

  /** Those that are not over. */
  unfinished(): readonly SpooledState[] {
    return [...this.pages.values()].filter(({ state }) => state !== 'closed');
  }

  /** A key whose trigger was sent from here and whose end was not told, of those that begin so; the newest. */
  untold(prefix: string): string | undefined {
    const all = [...this.pages.values()].filter(({ page }) => page.dedupKey.startsWith(prefix));
    const ended = new Set(all.flatMap(({ page }) => (page.action === 'resolve' ? [page.dedupKey] : [])));
    const isOpen = ({ page, isElsewhere }: SpooledState): boolean =>
      page.action === 'trigger' && !isElsewhere && !ended.has(page.dedupKey);
    return all.findLast(isOpen)?.page.dedupKey;
  }

  /** All that must be in the next segment, in order, so that the ones before it can go. */
  kept(nowMs: number): readonly SpoolEntry[] {
    this.forget(nowMs);
    return [...this.pages.values()].flatMap(entriesOf);
  }

  apply(entry: SpoolEntry): void {
    if (entry.kind === 'page') {
      const { page } = entry;
      const fresh = {
        page,
        state: 'open',
        attempts: 0,
        result: undefined,
        isDelivered: false,
        isElsewhere: false,
      } as const;
      if (!this.pages.has(page.spoolId)) this.pages.set(page.spoolId, { ...fresh, changedAtMs: page.spooledAtMs });
      return;
    }
    const known = this.pages.get(entry.spoolId);
    if (known === undefined || known.state === 'closed') return;
    const changedAtMs = entry.atMs;
    if (entry.kind === 'closed') {
      const isDelivered = known.isDelivered || entry.isDelivered;
      const isElsewhere = entry.because === 'sent elsewhere';
      this.pages.set(entry.spoolId, { ...known, state: 'closed', isDelivered, isElsewhere, changedAtMs });
      return;
    }
    const isDelivered = entry.outcome === 'delivered';
    const state = entry.outcome === 'retry' ? 'open' : 'told';
    this.pages.set(entry.spoolId, {
      ...known,
      state,
      attempts: entry.attempt,
      result: entry,
      isDelivered,
      changedAtMs,
    });
  }

  private forget(nowMs: number): void {
    let over = this.pages.size - PAGES_KEPT_MAX;
    for (const [spoolId, { state, changedAtMs }] of this.pages) {
      if (state !== 'closed' || (nowMs - changedAtMs < CLOSED_KEPT_MS && over <= 0)) continue;
      this.pages.delete(spoolId);
      over -= 1;
    }
  }
}

const entriesOf = (known: SpooledState): readonly SpoolEntry[] => {
  const { page, state, result, isDelivered, isElsewhere, changedAtMs: atMs } = known;
  const { spoolId } = page;
  const told = result === undefined ? [] : [result];
  if (state !== 'closed') return [{ kind: 'page', page }, ...told];
  // Nobody sends it any more: that it was sent, and whether from here, is all that is kept of it.
  const because = isElsewhere ? 'sent elsewhere' : 'recorded';
  const ended = { kind: 'closed', spoolId, because, isDelivered, atMs } as const;
  return [{ kind: 'page', page: { ...page, body: {} } }, ...told, ended];
};
