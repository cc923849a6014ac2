import { type ClosedBecause, type SpoolEntry, type SpooledPage, type SpoolResult, subjectOf } from './spool-entry.js';

/** Where a page is: `open` is to be sent, `told` has its answer and is not recorded, `closed` is over. */
export interface SpooledState {
  /** Of one that has its answer only the title is left of what it says. */
  readonly page: SpooledPage;
  readonly state: 'open' | 'told' | 'closed';
  /** Those that were answered. */
  readonly attempts: number;
  /** How often it may have arrived without an answer, the one under way not counted. */
  readonly doubts: number;
  /** An attempt began and has no answer yet: after a restart, it never had one. */
  readonly isStarted: boolean;
  readonly result: SpoolResult | undefined;
  readonly isDelivered: boolean;
  readonly because: ClosedBecause | undefined;
  readonly changedAtMs: number;
}

/** For how long it is known that a page was sent: a delivery that asks for the same comes minutes after the database is back. */
export const CLOSED_KEPT_MS = 86_400_000;
/** Pages known at once: a page of every customer of a large fleet through each of some channels. Beyond it a closed one is forgotten, an open one never. */
export const PAGES_KEPT_MAX = 10_000;
/** What a record beside the page takes at most of what may be open: an answer, with its longest detail. */
const BESIDE_BYTES = 600;

/** What a page that is not over takes of what may be open. */
export const openBytesOf = (page: SpooledPage): number =>
  Buffer.byteLength(JSON.stringify(page), 'utf8') + BESIDE_BYTES;

interface Known {
  readonly state: SpooledState;
  readonly bytes: number;
}

/** What the records of a spool say of each page. */
export class SpoolIndex {
  private readonly pages = new Map<string, Known>();
  private bytes = 0;

  /** Bytes of all that is not over. */
  get openBytes(): number {
    return this.bytes;
  }

  get(spoolId: string): SpooledState | undefined {
    return this.pages.get(spoolId)?.state;
  }

  /** Those that are not over. */
  unfinished(): readonly SpooledState[] {
    return this.all().filter(({ state }) => state !== 'closed');
  }

  /** All that are known, in the order in which they came. */
  all(): readonly SpooledState[] {
    return [...this.pages.values()].map(({ state }) => state);
  }

  /** A key whose trigger was sent from here and whose end was not told, of those that begin so; the newest. */
  untold(prefix: string): string | undefined {
    const all = this.all().filter(({ page }) => page.dedupKey.startsWith(prefix));
    const ended = new Set(all.flatMap(({ page }) => (page.action === 'resolve' ? [page.dedupKey] : [])));
    const isOpen = ({ page, because }: SpooledState): boolean =>
      page.action === 'trigger' && because !== 'sent elsewhere' && !ended.has(page.dedupKey);
    return all.findLast(isOpen)?.page.dedupKey;
  }

  /** All that must be in the next segment, in order, so that the ones before it can go. */
  kept(nowMs: number): readonly SpoolEntry[] {
    this.forget(nowMs);
    return this.all().flatMap(entriesOf);
  }

  /** Takes what another index keeps. What is answered or over here stays as it is. */
  adopt(entries: readonly SpoolEntry[]): void {
    const settled = new Set(
      this.all()
        .filter(({ state }) => state !== 'open')
        .map(({ page }) => page.spoolId),
    );
    for (const entry of entries) if (!settled.has(subjectOf(entry))) this.apply(entry);
  }

  apply(entry: SpoolEntry): void {
    const known = this.get(subjectOf(entry));
    if (entry.kind === 'page') {
      if (known === undefined) this.put(begun(entry.page));
      return;
    }
    if (known === undefined || known.state === 'closed') return;
    if (entry.kind === 'started') this.put({ ...known, doubts: entry.doubts, isStarted: true });
    else if (entry.kind === 'result') this.put(answered(known, entry));
    else {
      const isDelivered = known.isDelivered || entry.isDelivered;
      const { because, atMs: changedAtMs } = entry;
      // Nobody sends it any more: that it was sent is all that is kept of it.
      const page = { ...known.page, body: {} };
      this.put({ ...known, page, state: 'closed', isDelivered, because, changedAtMs });
    }
  }

  /** Forgets a page. */
  remove(spoolId: string): void {
    this.bytes -= this.pages.get(spoolId)?.bytes ?? 0;
    this.pages.delete(spoolId);
  }

  private put(state: SpooledState): void {
    const { spoolId } = state.page;
    const bytes = state.state === 'closed' ? 0 : openBytesOf(state.page);
    this.bytes += bytes - (this.pages.get(spoolId)?.bytes ?? 0);
    this.pages.set(spoolId, { state, bytes });
  }

  private forget(nowMs: number): void {
    let over = this.pages.size - PAGES_KEPT_MAX;
    for (const [spoolId, { state }] of this.pages) {
      if (state.state !== 'closed' || (nowMs - state.changedAtMs < CLOSED_KEPT_MS && over <= 0)) continue;
      this.remove(spoolId);
      over -= 1;
    }
  }
}

const begun = (page: SpooledPage): SpooledState => ({
  page,
  state: 'open',
  attempts: 0,
  doubts: 0,
  isStarted: false,
  result: undefined,
  isDelivered: false,
  because: undefined,
  changedAtMs: page.spooledAtMs,
});

const answered = (known: SpooledState, result: SpoolResult): SpooledState => {
  const { attempt: attempts, outcome, doubts = 0, atMs: changedAtMs } = result;
  const isOpen = outcome === 'retry';
  const { title } = known.page.body;
  return {
    ...known,
    // Whoever sends it again has its words by themselves.
    page: isOpen ? known.page : { ...known.page, body: title === undefined ? {} : { title } },
    state: isOpen ? 'open' : 'told',
    attempts,
    doubts,
    isStarted: false,
    result,
    isDelivered: outcome === 'delivered',
    changedAtMs,
  };
};

const entriesOf = (known: SpooledState): readonly SpoolEntry[] => {
  const { page, state, result, attempts, doubts, isStarted, isDelivered, because, changedAtMs: atMs } = known;
  const { spoolId } = page;
  const started = { kind: 'started', spoolId, attempt: attempts + 1, doubts, atMs } as const;
  const closed = { kind: 'closed', spoolId, because: because ?? 'recorded', isDelivered, atMs } as const;
  return [
    { kind: 'page', page },
    ...(result === undefined ? [] : [result]),
    ...(isStarted ? [started] : []),
    ...(state === 'closed' ? [closed] : []),
  ];
};
