import fc from 'fast-check';
import type { PairKey } from './pair-key.js';
import { type Pairable, Pairing, QUERY_WAIT_US, RESPONSE_WAIT_US, WAITING_MAX } from './pairing.js';

type Message = Pairable<string>;
/** A base for a text: where messages of it are looked for, and the id that tells them apart there. */
const keyOf = (base: string, nameHash: number | undefined): PairKey => ({
  baseHash: Number.parseInt(base, 36) & 0x7fff_ffff,
  id: Number.parseInt(base, 36),
  node: 1,
  protocol: 1,
  queryPort: 50_000,
  responsePort: 53,
  addressOctets: 4,
  address0: 0x7f000001,
  address1: 0,
  address2: 0,
  address3: 0,
  nameHash,
});
const query = (name: string, base = 'b', nameHash: number | undefined = 1): Message => ({
  key: keyOf(base, nameHash),
  isQuery: true,
  carriesQuery: false,
  content: name,
});
const response = (name: string, base = 'b', nameHash: number | undefined = 1): Message => ({
  ...query(name, base, nameHash),
  isQuery: false,
});
const paired = () => {
  const seen: string[] = [];
  const pairing = new Pairing<string>((pair) => seen.push(`${pair.query ?? '-'} ${pair.response ?? '-'}`));
  return { seen, pairing };
};

describe('Pairing', () => {
  it('joins a response with its query', () => {
    const { seen, pairing } = paired();
    pairing.take(query('q'), 0);
    pairing.take(response('r'), QUERY_WAIT_US - 1);
    expect(seen).toEqual(['q r']);
    expect(pairing.size).toBe(0);
  });

  it('accepts a response that is reported before its query', () => {
    const { seen, pairing } = paired();
    pairing.take(response('r'), 0);
    pairing.take(query('q'), RESPONSE_WAIT_US - 1);
    expect(seen).toEqual(['q r']);
  });

  it('gives up what waits too long', () => {
    const { seen, pairing } = paired();
    pairing.take(response('r'), 0);
    pairing.take(query('q', 'other'), 0);
    pairing.advance(RESPONSE_WAIT_US);
    expect(seen).toEqual(['- r']);
    pairing.advance(QUERY_WAIT_US);
    expect(seen).toEqual(['- r', 'q -']);
  });

  it('the last query under a key wins', () => {
    const { seen, pairing } = paired();
    pairing.take(query('q1'), 0);
    pairing.take(query('q2'), 1);
    pairing.take(response('r'), 2);
    expect(seen).toEqual(['q1 -', 'q2 r']);
  });

  it('tells names apart that share everything else; a response without one fits any', () => {
    const { seen, pairing } = paired();
    pairing.take(query('q1', 'b', 1), 0);
    pairing.take(query('q2', 'b', 2), 0);
    pairing.take(response('r2', 'b', 2), 0);
    pairing.take({ ...response('r'), key: keyOf('b', undefined) }, 0);
    expect(seen).toEqual(['q2 r2', 'q1 r']);
  });

  it('a response that carries its query settles the one that waits, and waits for none', () => {
    const { seen, pairing } = paired();
    pairing.take(query('q'), 0);
    pairing.take({ ...response('r1'), carriesQuery: true }, 0);
    pairing.take({ ...response('r2'), carriesQuery: true }, 0);
    expect(seen).toEqual(['q r1', '- r2']);
  });

  it('is bounded: the oldest are given up', () => {
    const { seen, pairing } = paired();
    for (let i = 0; i <= WAITING_MAX; i += 1) pairing.take(query(`q${i}`, `b${i}`), 0);
    expect(pairing.size).toBe(WAITING_MAX);
    expect(seen).toEqual(['q0 -']);
    for (let i = 0; i < 20; i += 1) pairing.take(query(`same${i}`, 'same', i), 0);
    expect(pairing.size).toBe(WAITING_MAX);
  });

  it('every message comes out exactly once, whatever the order', () => {
    const message = fc.record({
      isQuery: fc.boolean(),
      base: fc.constantFrom('a', 'b'),
      nameHash: fc.constantFrom(1, 2, undefined),
      carriesQuery: fc.boolean(),
      stepUs: fc.integer({ min: 0, max: 3_000_000 }),
    });
    const property = fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
      const { seen, pairing } = paired();
      let nowUs = 0;
      for (const [i, { isQuery, base, nameHash, carriesQuery, stepUs }] of messages.entries()) {
        nowUs += stepUs;
        const key = keyOf(base, nameHash);
        pairing.take({ key, isQuery, carriesQuery: !isQuery && carriesQuery, content: String(i) }, nowUs);
      }
      pairing.end();
      const names = seen.flatMap((pair) => pair.split(' ')).filter((name) => name !== '-');
      expect(names.toSorted()).toEqual(messages.map((_, i) => String(i)).toSorted());
      expect(pairing.size).toBe(0);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
