import type { RecordedEvent } from '#contracts';
import type { EventStore } from '#store';
import { type FedEvent, fedEvent } from './fed-event.js';

/** Events of a page: a busy second of a large incident fits, and whoever is slow holds one page. */
export const PAGE_EVENTS = 128;
/** Bytes of serialised events kept for all who follow, some hours of a quiet fleet; beyond it the page used longest ago is read again. */
export const KEPT_BYTES_MAX = 8_388_608;
/** Bytes of the newest page that are kept; beyond it its older events are read again by those who are behind. */
export const GROWING_BYTES_MAX = 4_194_304;

interface Page {
  readonly events: readonly FedEvent[];
  readonly bytes: number;
}

const numberOf = (after: number): number => Math.floor(after / PAGE_EVENTS);
const bytesOf = (events: readonly FedEvent[]): number => events.reduce((sum, { frame }) => sum + frame.length, 0);

/**
 * The global order of events in pages of `PAGE_EVENTS`. The order has no gaps and nothing in it changes, so that a full page is right for
 * ever: it is read once for everybody, and kept while there is room. The newest page grows with each look. What is kept is at most
 * `KEPT_BYTES_MAX`, or one page where that is larger, and `GROWING_BYTES_MAX` of the newest.
 */
export class EventPages {
  private readonly full = new Map<number, Page>();
  private readonly reading = new Map<number, Promise<readonly FedEvent[]>>();
  private growing: FedEvent[] = [];
  private growingBytes = 0;
  private fullBytes = 0;
  private known: number | undefined;
  private looking: Promise<void> | undefined;
  private nextLook: Promise<void> | undefined;
  private lastRead: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Pick<EventStore, 'readAll' | 'head'>,
    private readonly shown: (recorded: RecordedEvent) => RecordedEvent,
  ) {}

  /** The newest position that a look has seen. */
  get head(): number {
    return this.known ?? 0;
  }

  /** Bytes of serialised events that are kept. What they were made from takes some two times as much beside them. */
  get keptBytes(): number {
    return this.fullBytes + this.growingBytes;
  }

  /** Sees what was recorded before this question. Whoever asks while a look is under way shares the next one with all others who do. */
  look(): Promise<void> {
    if (this.looking !== undefined)
      return (this.nextLook ??= this.looking
        .catch(() => undefined)
        .then(() => {
          this.nextLook = undefined;
          return this.look();
        }));
    this.looking = this.readNew().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Events after a position, in order, to the end of their page at most; none after the head. */
  async take(after: number): Promise<readonly FedEvent[]> {
    if (after >= this.head) return [];
    if (after >= this.growingFrom) return this.growing.slice(after - this.growingFrom);
    const page = numberOf(after);
    return (await this.page(page)).slice(after - page * PAGE_EVENTS);
  }

  private get growingFrom(): number {
    return this.head - this.growing.length;
  }

  private async readNew(): Promise<void> {
    if (this.known === undefined) this.begin(await this.store.head());
    for (;;) {
      const found = await this.store.readAll(this.head, PAGE_EVENTS);
      for (const recorded of found) this.grow(recorded);
      if (found.length < PAGE_EVENTS) return;
      // Far behind, nobody having followed for long: what lies between is read by those who want it.
      const head = await this.store.head();
      if (numberOf(head) > numberOf(this.head)) this.begin(head);
    }
  }

  private begin(head: number): void {
    this.known = numberOf(head) * PAGE_EVENTS;
    this.growing = [];
    this.growingBytes = 0;
  }

  private grow(recorded: RecordedEvent): void {
    if (recorded.position !== this.head + 1)
      throw new Error(`event pages: ${recorded.position} comes after ${this.head}: the order has a gap`);
    const fed = fedEvent(this.shown(recorded));
    this.growing.push(fed);
    this.growingBytes += fed.frame.length;
    this.known = recorded.position;
    while (this.growingBytes > GROWING_BYTES_MAX && this.growing.length > 1)
      this.growingBytes -= this.growing.shift()?.frame.length ?? 0;
    if (recorded.position % PAGE_EVENTS === 0) {
      if (this.growing.length === PAGE_EVENTS) this.keep(numberOf(recorded.position - 1), this.growing);
      this.growing = [];
      this.growingBytes = 0;
    }
    this.makeRoom();
  }

  private async page(number: number): Promise<readonly FedEvent[]> {
    const kept = this.full.get(number);
    if (kept !== undefined) {
      this.full.delete(number);
      this.full.set(number, kept);
      return kept.events;
    }
    const shared = this.reading.get(number) ?? this.read(number).finally(() => this.reading.delete(number));
    this.reading.set(number, shared);
    return shared;
  }

  private read(number: number): Promise<readonly FedEvent[]> {
    // One page at a time for all who catch up: they wait for each other, and the pool has room for whoever decides and pages.
    const page = this.lastRead.then(() => this.readFull(number));
    this.lastRead = page.catch(() => undefined);
    return page;
  }

  private async readFull(number: number): Promise<readonly FedEvent[]> {
    const found = await this.store.readAll(number * PAGE_EVENTS, PAGE_EVENTS);
    const events = found.map((recorded) => fedEvent(this.shown(recorded)));
    if (events.length === PAGE_EVENTS) this.keep(number, events);
    this.makeRoom();
    return events;
  }

  private keep(number: number, events: readonly FedEvent[]): void {
    if (this.full.has(number)) return;
    const bytes = bytesOf(events);
    this.full.set(number, { events, bytes });
    this.fullBytes += bytes;
  }

  private makeRoom(): void {
    for (const [number, { bytes }] of this.full) {
      // The one used last stays, however large: whoever reads it takes it in steps, and would read it anew for each.
      if (this.fullBytes <= KEPT_BYTES_MAX || this.full.size === 1) return;
      this.full.delete(number);
      this.fullBytes -= bytes;
    }
  }
}
