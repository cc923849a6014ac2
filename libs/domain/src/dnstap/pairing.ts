/** What a query and its response have in common. */
export interface PairKey {
  /** Node, protocol, addresses, ports and DNS id, as one text. */
  readonly base: string;
  /** Of the lower-case name; undefined when the question cannot be read: such a message fits any name of its base. */
  readonly nameHash: number | undefined;
}

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
/** Messages that wait under one base; more differ in nothing but the name, which only a flood does. */
const WAITING_PER_BASE_MAX = 8;

interface Waiting<T extends Pairable> {
  /** undefined once it is settled: the queue may hold the item a while longer, but not what it stood for. */
  message: T | undefined;
  readonly deadlineUs: number;
}

const couple = <T>(query: T | undefined, response: T | undefined): Paired<T> => ({ query, response });

const fits = (a: PairKey, b: PairKey): boolean =>
  a.nameHash === b.nameHash || a.nameHash === undefined || b.nameHash === undefined;

/** First in, first out, without moving what is left at each step. */
class Fifo<T> {
  private items: T[] = [];
  private head = 0;

  push(item: T): void {
    this.items.push(item);
  }

  get first(): T | undefined {
    return this.items[this.head];
  }

  drop(): void {
    this.head += 1;
    if (this.head < 1_024 || this.head * 2 < this.items.length) return;
    this.items = this.items.slice(this.head);
    this.head = 0;
  }
}

/**
 * Joins queries and responses. Types of messages play no part: BIND reports a query as AUTH and its response as CLIENT.
 * A message is in one of three states.
 * - WAITING: its counterpart has not come. A query with the key of a waiting query takes its place: resolvers repeat with the same
 *   id, and the last one is answered.
 * - PAIRED: handed over together.
 * - LONE: its time is over, it was replaced, or there was no room; handed over alone.
 */
export class Pairing<T extends Pairable> {
  private readonly byBase = new Map<string, Waiting<T>[]>();
  private readonly queries = new Fifo<Waiting<T>>();
  private readonly responses = new Fifo<Waiting<T>>();
  private waiting = 0;

  constructor(private readonly emit: (paired: Paired<T>) => void) {}

  /**
   * Takes a message that was seen at `nowUs`. A response that carries its own query settles a query that waits for it, but waits for
   * none.
   */
  take(message: T, nowUs: number): void {
    this.advance(nowUs);
    const match = this.peersOf(message).find(
      (peer) => peer.message?.isQuery === !message.isQuery && fits(peer.message.key, message.key),
    );
    const other = match === undefined ? undefined : this.settle(match);
    if (other !== undefined) this.emit(message.isQuery ? couple(message, other) : couple(other, message));
    else if (message.carriesQuery) this.emit(couple(undefined, message));
    else this.enqueue(message, nowUs);
  }

  /** Gives up what has waited too long. */
  advance(nowUs: number): void {
    for (const fifo of [this.responses, this.queries])
      for (let first = fifo.first; first !== undefined; first = fifo.first) {
        if (first.message !== undefined && first.deadlineUs > nowUs) break;
        fifo.drop();
        this.leaveAlone(first);
      }
  }

  /** Gives up everything: nothing more will come. */
  end(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }

  /** Messages that wait. */
  get size(): number {
    return this.waiting;
  }

  private peersOf(message: T): Waiting<T>[] {
    return this.byBase.get(message.key.base) ?? [];
  }

  private enqueue(message: T, nowUs: number): void {
    const { isQuery, key } = message;
    const same = ({ message: peer }: Waiting<T>): boolean =>
      peer?.isQuery === true && peer.key.nameHash === key.nameHash;
    const replaced = isQuery ? this.peersOf(message).find(same) : undefined;
    if (replaced !== undefined) this.leaveAlone(replaced);
    const oldest = this.peersOf(message)[0];
    if (oldest !== undefined && this.peersOf(message).length >= WAITING_PER_BASE_MAX) this.leaveAlone(oldest);
    while (this.waiting >= WAITING_MAX) this.leaveOldest();
    const item = { message, deadlineUs: nowUs + (isQuery ? QUERY_WAIT_US : RESPONSE_WAIT_US) };
    this.byBase.set(key.base, [...this.peersOf(message), item]);
    (isQuery ? this.queries : this.responses).push(item);
    this.waiting += 1;
  }

  private leaveOldest(): void {
    const fifo = this.queries.first === undefined ? this.responses : this.queries;
    const { first } = fifo;
    if (first === undefined) throw new Error('give up the oldest message: none waits');
    fifo.drop();
    this.leaveAlone(first);
  }

  private leaveAlone(item: Waiting<T>): void {
    const message = this.settle(item);
    if (message !== undefined) this.emit(message.isQuery ? couple(message, undefined) : couple(undefined, message));
  }

  /** Takes an item out; undefined when it was out already. */
  private settle(item: Waiting<T>): T | undefined {
    const { message } = item;
    if (message === undefined) return undefined;
    item.message = undefined;
    this.waiting -= 1;
    const left = this.peersOf(message).filter((peer) => peer !== item);
    if (left.length === 0) this.byBase.delete(message.key.base);
    else this.byBase.set(message.key.base, left);
    return message;
  }
}
