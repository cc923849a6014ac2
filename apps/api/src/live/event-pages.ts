import type { RecordedEvent } from '#contracts';
import type { EventStore } from '#store';
import { type FedEvent, fedEvent } from './fed-event.js';

/** Events of a page: a busy second of a large incident fits, and whoever is slow holds one page. */
export const PAGE_EVENTS = 128;
/** Bytes of serialised events kept for all who follow, some hours of a quiet fleet; beyond it the page used longest ago is read again. */
export const KEPT_BYTES_MAX = 8_388_608;
/** Bytes of the newest page that are kept; beyond it its older events are read again by those who are behind. */
export const GROWING_BYTES_MAX = 4_194_304;

/** What comes after a position. Of an event that was deleted nothing is there: how far it was read says the position, not the count. */
export interface Taken {
  readonly events: readonly FedEvent[];
  readonly position: number;
}

interface Page extends Taken {
  readonly bytes: number;
}

const numberOf = (after: number): number => Math.floor(after / PAGE_EVENTS);
const endOf = (number: number): number => (number + 1) * PAGE_EVENTS;
const behind = ({ events, position }: Taken, after: number): Taken => ({
  events: events.filter((each) => each.position > after),
  position: Math.max(position, after),
});
const bytesOf = (events: readonly FedEvent[]): number => events.reduce((sum, { frame }) => sum + frame.length, 0);

/**
 * The global order of events in pages of `PAGE_EVENTS`. Positions have no gaps and nothing in the order changes, so that a full page is right
 * for ever: it is read once for everybody, and kept while there is room. The newest page grows with each look. What is kept is at most
 * `KEPT_BYTES_MAX`, or one page where that is larger, and `GROWING_BYTES_MAX` of the newest. An event that is missing was deleted past
 * Tocsin: it is told once, and everybody goes on behind it; `tocsin audit verify` says what else is wrong.
 */
export class EventPages {
  private readonly full = new Map<number, Page>();
  private readonly reading = new Map<number, Promise<Taken>>();
  private growing: FedEvent[] = [];
  /** The position that the newest page is held from. */
  private growingFrom = 0;
  private growingBytes = 0;
  private fullBytes = 0;
  private known: number | undefined;
  private looking: Promise<void> | undefined;
  private nextLook: Promise<void> | undefined;
  private lastRead: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Pick<EventStore, 'readAll' | 'head'>,
    private readonly shown: (recorded: RecordedEvent) => RecordedEvent,
    private readonly onError: (error: Error) => void,
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
  async take(after: number): Promise<Taken> {
    if (after >= this.head) return { events: [], position: after };
    const isGrowing = after >= this.growingFrom;
    return behind(isGrowing ? { events: this.growing, position: this.head } : await this.page(numberOf(after)), after);
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
    this.turnTo(this.known);
  }

  private grow(recorded: RecordedEvent): void {
    const { position } = recorded;
    if (position !== this.head + 1)
      this.onError(
        new Error(`the event log has no event between ${this.head} and ${position}: see tocsin audit verify`),
      );
    const number = numberOf(position - 1);
    if (number > numberOf(this.growingFrom)) this.close(number);
    const fed = fedEvent(this.shown(recorded));
    this.growing.push(fed);
    this.growingBytes += fed.frame.length;
    this.known = position;
    while (this.growingBytes > GROWING_BYTES_MAX && this.growing.length > 1) this.forgetOldest();
    if (position === endOf(number)) this.close(number + 1);
    this.makeRoom();
  }

  private forgetOldest(): void {
    const oldest = this.growing.shift();
    this.growingBytes -= oldest?.frame.length ?? 0;
    this.growingFrom = oldest?.position ?? this.growingFrom;
  }

  /** Keeps the newest page, if it is held from its beginning, and begins another. */
  private close(next: number): void {
    const number = numberOf(this.growingFrom);
    if (this.growingFrom === number * PAGE_EVENTS) this.keep(number, { events: this.growing, position: endOf(number) });
    this.turnTo(next * PAGE_EVENTS);
  }

  private turnTo(position: number): void {
    this.growing = [];
    this.growingBytes = 0;
    this.growingFrom = position;
  }

  private async page(number: number): Promise<Taken> {
    const kept = this.full.get(number);
    if (kept !== undefined) {
      this.full.delete(number);
      this.full.set(number, kept);
      return kept;
    }
    const shared = this.reading.get(number) ?? this.read(number).finally(() => this.reading.delete(number));
    this.reading.set(number, shared);
    return shared;
  }

  private read(number: number): Promise<Taken> {
    // One page at a time for all who catch up: they wait for each other, and the pool has room for whoever decides and pages.
    const page = this.lastRead.then(() => this.readFull(number));
    this.lastRead = page.catch(() => undefined);
    return page;
  }

  private async readFull(number: number): Promise<Taken> {
    // Events that are recorded while it is read may be in it or not: it is whole up to here.
    const upTo = Math.min(this.head, endOf(number));
    const found = await this.store.readAll(number * PAGE_EVENTS, PAGE_EVENTS);
    // As many as a page has reach beyond its end where one of its own is missing.
    const own = found.filter(({ position }) => position <= endOf(number));
    const events = own.map((recorded) => fedEvent(this.shown(recorded)));
    const page = { events, position: Math.max(upTo, events.at(-1)?.position ?? 0) };
    if (page.position === endOf(number)) this.keep(number, page);
    this.makeRoom();
    return page;
  }

  private keep(number: number, page: Taken): void {
    if (this.full.has(number)) return;
    const bytes = bytesOf(page.events);
    this.full.set(number, { ...page, bytes });
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
