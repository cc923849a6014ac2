import type { PairKey } from './pair-key.js';
import { NOWHERE, WaitingTable } from './waiting.js';

/** A message, and what pairing needs to know of it. */
export interface Pairable<T> {
  readonly key: PairKey;
  readonly isQuery: boolean;
  /** A response that says itself what was asked, or when. */
  readonly carriesQuery: boolean;
  /** All that is kept of it while it waits. */
  readonly content: T;
}

/** What has become of a message: paired, or left alone. A lone query counts as a hole in the telemetry, never as a timeout. */
export interface Paired<T> {
  readonly query: T | undefined;
  readonly response: T | undefined;
}

/** Longest a query waits for its response: nobody waits longer for an answer (RFC 8618 uses the same). */
export const QUERY_WAIT_US = 5_000_000;
/**
 * How long a response waits for a query that was reported after it. Servers report from several threads, a fraction of a millisecond
 * apart; one batch of the agent is far above that, and delays no outcome noticeably.
 */
export const RESPONSE_WAIT_US = 250_000;
/** Messages that wait at once: 13,000 unanswered queries a second. Beyond, the oldest are given up and counted as lone. */
export const WAITING_MAX = 65_536;
/** Messages that wait under one base; more differ in nothing but the name, which only a flood does. The oldest is given up. */
const WAITING_PER_BASE_MAX = 8;
/**
 * Messages in one bucket. With one on the average there is no such bucket unless somebody chose addresses and ids to that end: then
 * the oldest is given up, so that looking for a message stays short.
 */
const WAITING_PER_BUCKET_MAX = 32;

const couple = <T>(query: T | undefined, response: T | undefined): Paired<T> => ({ query, response });

/**
 * Joins queries and responses. Types of messages play no part: BIND reports a query as AUTH and its response as CLIENT.
 * A message is in one of three states.
 * - WAITING: its counterpart has not come. A query with the key of a waiting query takes its place: resolvers repeat with the same
 *   id, and the last one is answered.
 * - PAIRED: handed over together.
 * - LONE: its time is over, it was replaced, or there was no room; handed over alone.
 */
export class Pairing<T extends object | string> {
  private readonly table = new WaitingTable<T>();

  constructor(private readonly emit: (paired: Paired<T>) => void) {}

  /**
   * Takes a message that was seen at `nowUs`. A response that carries its own query settles a query that waits for it, but waits for
   * none.
   */
  take(message: Pairable<T>, nowUs: number): void {
    this.advance(nowUs);
    const match = this.counterpartOf(message);
    const { content, isQuery } = message;
    if (match !== NOWHERE) {
      const other = this.table.take(match);
      this.emit(isQuery ? couple(content, other) : couple(other, content));
    } else if (message.carriesQuery) this.emit(couple(undefined, content));
    else this.enqueue(message, nowUs);
  }

  /** Gives up what has waited too long. */
  advance(nowUs: number): void {
    const { table } = this;
    for (let first = table.firstResponse; this.isOver(first, nowUs); first = table.firstResponse)
      this.leaveAlone(first);
    for (let first = table.firstQuery; this.isOver(first, nowUs); first = table.firstQuery) this.leaveAlone(first);
  }

  /** Gives up everything: nothing more will come. */
  end(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }

  /** Messages that wait. */
  get size(): number {
    return this.table.size;
  }

  private isOver(place: number, nowUs: number): boolean {
    return place !== NOWHERE && this.table.deadlineUs(place) <= nowUs;
  }

  /** The one that has waited longest. */
  private counterpartOf({ key, isQuery }: Pairable<T>): number {
    const { table } = this;
    for (let peer = table.firstOf(key); peer !== NOWHERE; peer = table.next(peer))
      if (table.isQueryAt(peer) !== isQuery && table.isSameBase(peer, key) && table.fitsName(peer, key)) return peer;
    return NOWHERE;
  }

  private enqueue({ key, isQuery, content }: Pairable<T>, nowUs: number): void {
    const { table } = this;
    if (table.firstOf(key) !== NOWHERE) this.makeWay(key, isQuery);
    while (table.size >= WAITING_MAX) this.leaveOldest();
    table.add({ key, isQuery, content, deadlineUs: nowUs + (isQuery ? QUERY_WAIT_US : RESPONSE_WAIT_US) });
  }

  /** Gives up the query of the same key, and what is too much under one base or in one bucket. */
  private makeWay(key: PairKey, isQuery: boolean): void {
    const { table } = this;
    const first = table.firstOf(key);
    let [inBase, inBucket, replaced, oldest] = [0, 0, NOWHERE, NOWHERE];
    for (let peer = first; peer !== NOWHERE; peer = table.next(peer)) {
      inBucket += 1;
      if (!table.isSameBase(peer, key)) continue;
      inBase += 1;
      if (oldest === NOWHERE) oldest = peer;
      const isRepeated = isQuery && table.isQueryAt(peer) && table.isSameName(peer, key);
      if (isRepeated && replaced === NOWHERE) replaced = peer;
    }
    if (replaced === NOWHERE && inBase >= WAITING_PER_BASE_MAX) replaced = oldest;
    if (replaced === NOWHERE && inBucket >= WAITING_PER_BUCKET_MAX) replaced = first;
    if (replaced !== NOWHERE) this.leaveAlone(replaced);
  }

  private leaveOldest(): void {
    const { firstQuery, firstResponse } = this.table;
    const oldest = firstQuery === NOWHERE ? firstResponse : firstQuery;
    if (oldest === NOWHERE) throw new Error('give up the oldest message: none waits');
    this.leaveAlone(oldest);
  }

  private leaveAlone(place: number): void {
    const isQuery = this.table.isQueryAt(place);
    const content = this.table.take(place);
    this.emit(isQuery ? couple(content, undefined) : couple(undefined, content));
  }
}
