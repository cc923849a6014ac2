import fc from 'fast-check';
import type { PairKey } from './pair-key.js';
import { type Pairable, Pairing, QUERY_WAIT_US, RESPONSE_WAIT_US } from './pairing.js';

type Message = Pairable<string>;

/** Everything is looked for in one list, in the order of arrival. */
class ListPairing {
  readonly told: string[] = [];
  private waiting: { readonly message: Message; readonly deadlineUs: number }[] = [];

  take(message: Message, nowUs: number): void {
    this.advance(nowUs);
    const peers = this.waiting.map((item) => item.message).filter((peer) => isOfBase(peer, message));
    const { nameHash } = message.key;
    const fits = ({ key }: Message): boolean =>
      nameHash === undefined || key.nameHash === undefined || key.nameHash === nameHash;
    const match = peers.find((peer) => peer.isQuery !== message.isQuery && fits(peer));
    if (match !== undefined) {
      this.forget(match);
      this.tell(message.isQuery ? [message, match] : [match, message]);
    } else if (message.carriesQuery) this.tell([undefined, message]);
    else this.enqueue(message, peers, nowUs);
  }

  advance(nowUs: number): void {
    for (const isQuery of [false, true])
      for (const { message, deadlineUs } of this.waiting.slice())
        if (message.isQuery === isQuery && deadlineUs <= nowUs) this.leave(message);
  }

  private enqueue(message: Message, peers: readonly Message[], nowUs: number): void {
    const repeated = peers.find(
      (peer) => message.isQuery && peer.isQuery && peer.key.nameHash === message.key.nameHash,
    );
    const left = repeated ?? (peers.length >= 8 ? peers[0] : undefined);
    if (left !== undefined) this.leave(left);
    this.waiting.push({ message, deadlineUs: nowUs + (message.isQuery ? QUERY_WAIT_US : RESPONSE_WAIT_US) });
  }

  private leave(message: Message): void {
    this.forget(message);
    this.tell(message.isQuery ? [message, undefined] : [undefined, message]);
  }

  private forget(message: Message): void {
    this.waiting = this.waiting.filter((item) => item.message !== message);
  }

  private tell([query, response]: readonly [Message | undefined, Message | undefined]): void {
    this.told.push(`${query?.content ?? '-'} ${response?.content ?? '-'}`);
  }
}

const KEY: PairKey = {
  baseHash: 0,
  node: 1,
  protocol: 1,
  queryPort: 50_000,
  responsePort: 53,
  id: 7,
  addressOctets: 4,
  address0: 0x7f000001,
  address1: 0,
  address2: 0,
  address3: 0,
  nameHash: 1,
};
const isOfBase = (a: Message, b: Message): boolean =>
  JSON.stringify({ ...a.key, nameHash: 0 }) === JSON.stringify({ ...b.key, nameHash: 0 });

const FIELDS = (Object.keys(KEY) as (keyof PairKey)[]).filter((field) => !field.endsWith('Hash'));
/** A base, and those that differ from it in one field each; all have the same hash. */
const base = fc.constantFrom(KEY, ...FIELDS.map((field) => ({ ...KEY, [field]: 99 })));
const step = fc.record({
  base,
  nameHash: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, undefined),
  isQuery: fc.boolean(),
  carries: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  stepUs: fc.constantFrom(0, 0, 0, 1, RESPONSE_WAIT_US - 1, RESPONSE_WAIT_US, QUERY_WAIT_US / 2, QUERY_WAIT_US),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const replay = (steps: readonly Step[]) => {
  const told: string[] = [];
  const pairing = new Pairing<string>(({ query, response }) => told.push(`${query ?? '-'} ${response ?? '-'}`));
  const model = new ListPairing();
  let nowUs = 0;
  for (const [i, { base: key, nameHash, isQuery, carries, stepUs }] of steps.entries()) {
    nowUs += stepUs;
    const message = { key: { ...key, nameHash }, isQuery, carriesQuery: !isQuery && carries, content: String(i) };
    pairing.take(message, nowUs);
    model.take(message, nowUs);
  }
  pairing.end();
  model.advance(Number.POSITIVE_INFINITY);
  return { told, expected: model.told };
};

describe('Pairing, beside a list that is searched', () => {
  it('tells the same in the same order, whatever comes', () => {
    const few = fc.tuple(fc.constant(KEY), base).chain((bases) => {
      const ofFew = fc.record({ step, base: fc.constantFrom(...bases) });
      return fc.array(
        ofFew.map((one) => ({ ...one.step, base: one.base })),
        { maxLength: 120, size: 'max' },
      );
    });
    fc.assert(
      fc.property(few, (steps) => {
        const { told, expected } = replay(steps);
        expect(told).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('bases of one hash are told apart, field by field', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
        const { told, expected } = replay(steps);
        expect(told).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('R63: keys that were chosen to fall together', () => {
  const query = (id: number, baseHash: number): Message => ({
    key: { ...KEY, id, baseHash },
    isQuery: true,
    carriesQuery: false,
    content: String(id),
  });

  it('the oldest of a full bucket is given up', () => {
    const told: string[] = [];
    const pairing = new Pairing<string>(({ query: lone }) => told.push(lone ?? '-'));
    for (let id = 0; id < 40; id += 1) pairing.take(query(id, 5), 0);
    expect(pairing.size).toBe(32);
    expect(told).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  it('those of many buckets all find their responses, while the table grows', () => {
    let pairs = 0;
    const pairing = new Pairing<string>(({ query: asked, response }) => {
      if (asked !== undefined && asked === response) pairs += 1;
    });
    for (let id = 0; id < 5_000; id += 1) pairing.take(query(id, Math.imul(id, 0x9e3779b1)), 0);
    for (let id = 4_999; id >= 0; id -= 1) pairing.take({ ...query(id, Math.imul(id, 0x9e3779b1)), isQuery: false }, 0);
    expect([pairs, pairing.size]).toEqual([5_000, 0]);
  });
});
