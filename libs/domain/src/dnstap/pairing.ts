import { fitsName, isSameBase, type PairKey } from './pair-key.js';
import { type Waiting, WaitingQueue, WaitingTable } from './waiting.js';

/** What pairing needs to know of a message. */
export interface Pairable {
  readonly key: PairKey;
  readonly isQuery: boolean;
  /** A response that says itself what was asked, or when. */
  readonly carriesQuery: boolean;
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
export class Pairing<T extends Pairable> {
  private readonly table = new WaitingTable<T>();
  private readonly queries = new WaitingQueue<T>();
  private readonly responses = new WaitingQueue<T>();

  constructor(private readonly emit: (paired: Paired<T>) => void) {}

  /**
   * Takes a message that was seen at `nowUs`. A response that carries its own query settles a query that waits for it, but waits for
   * none.
   */
  take(message: T, nowUs: number): void {
    this.advance(nowUs);
    const match = this.counterpartOf(message);
    if (match !== undefined) {
      this.settle(match);
      this.emit(message.isQuery ? couple(message, match.message) : couple(match.message, message));
    } else if (message.carriesQuery) this.emit(couple(undefined, message));
    else this.enqueue(message, nowUs);
  }

  /** Gives up what has waited too long. */
  advance(nowUs: number): void {
    this.giveUpUntil(this.responses, nowUs);
    this.giveUpUntil(this.queries, nowUs);
  }

  /** Gives up everything: nothing more will come. */
  end(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }

  /** Messages that wait. */
  get size(): number {
    return this.table.size;
  }

  private giveUpUntil(queue: WaitingQueue<T>, nowUs: number): void {
    for (let { first } = queue; first !== undefined && first.deadlineUs <= nowUs; first = queue.first)
      this.leaveAlone(first);
  }

  /** The one that has waited longest. */
  private counterpartOf({ key, isQuery }: T): Waiting<T> | undefined {
    for (let peer = this.table.bucketOf(key.baseHash); peer !== undefined; peer = peer.next) {
      const { message } = peer;
      if (message.isQuery !== isQuery && isSameBase(message.key, key) && fitsName(message.key, key)) return peer;
    }
    return undefined;
  }

  private enqueue(message: T, nowUs: number): void {
    const { isQuery, key } = message;
    if (this.table.bucketOf(key.baseHash) !== undefined) this.makeWay(message);
    while (this.table.size >= WAITING_MAX) this.leaveOldest();
    const deadlineUs = nowUs + (isQuery ? QUERY_WAIT_US : RESPONSE_WAIT_US);
    const item: Waiting<T> = {
      message,
      hash: key.baseHash,
      deadlineUs,
      older: undefined,
      newer: undefined,
      next: undefined,
    };
    this.table.add(item);
    this.queueOf(message).push(item);
  }

  /** Gives up the query of the same key, and what is too much under one base or in one bucket. */
  private makeWay(message: T): void {
    let [inBase, inBucket] = [0, 0];
    let replaced: Waiting<T> | undefined;
    let oldest: Waiting<T> | undefined;
    for (let peer = this.table.bucketOf(message.key.baseHash); peer !== undefined; peer = peer.next) {
      inBucket += 1;
      if (!isSameBase(peer.message.key, message.key)) continue;
      inBase += 1;
      oldest ??= peer;
      if (message.isQuery && peer.message.isQuery && peer.message.key.nameHash === message.key.nameHash)
        replaced ??= peer;
    }
    if (inBase >= WAITING_PER_BASE_MAX) replaced ??= oldest;
    if (inBucket >= WAITING_PER_BUCKET_MAX) replaced ??= this.table.bucketOf(message.key.baseHash);
    if (replaced !== undefined) this.leaveAlone(replaced);
  }

  private leaveOldest(): void {
    const first = this.queries.first ?? this.responses.first;
    if (first === undefined) throw new Error('give up the oldest message: none waits');
    this.leaveAlone(first);
  }

  private leaveAlone(item: Waiting<T>): void {
    const { message } = item;
    this.settle(item);
    this.emit(message.isQuery ? couple(message, undefined) : couple(undefined, message));
  }

  private queueOf(message: T): WaitingQueue<T> {
    return message.isQuery ? this.queries : this.responses;
  }

  private settle(item: Waiting<T>): void {
    this.queueOf(item.message).remove(item);
    this.table.remove(item);
  }
}
