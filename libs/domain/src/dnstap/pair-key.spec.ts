import { readDnsMessage } from './dns-message.js';
import type { TapMessage } from './dnstap-message.js';
import { NodeNumbers, type PairKey, pairKeyOf, PairKeys } from './pair-key.js';

const dns = readDnsMessage(new Uint8Array(12));
const keyOf = (address: readonly number[], changes: Partial<TapMessage> = {}) => {
  if (dns === undefined) throw new Error('no header');
  const queryAddress = { from: 1, to: 1 + address.length };
  const tap: TapMessage = {
    identity: { from: 0, to: 0 },
    family: 'auth',
    isQuery: true,
    isV6: false,
    protocol: 1,
    queryAddress,
    queryPort: 50_000,
    responsePort: 53,
    queryTime: undefined,
    responseTime: undefined,
    queryMessage: undefined,
    responseMessage: undefined,
    ...changes,
  };
  return pairKeyOf(Uint8Array.of(9, ...address, 9, 9, 9, 9, 9), 1, tap, dns);
};
const isSameBase = (a: PairKey, b: PairKey): boolean => {
  const keys = new PairKeys(2);
  keys.set(1, a);
  return keys.isSameBase(1, b);
};
const v6 = Array.from({ length: 16 }, (_, i) => 0xf0 + i);

describe('keys of pairs', () => {
  it('are the same for the same address, wherever it stands', () => {
    expect(isSameBase(keyOf([192, 0, 2, 1]), keyOf([192, 0, 2, 1]))).toBe(true);
    expect(isSameBase(keyOf(v6), keyOf(v6))).toBe(true);
  });

  it('differ by every octet of an address, and by its length', () => {
    const others = v6.map((_, at) => keyOf(v6.with(at, 1)));
    expect(others.filter((other) => isSameBase(other, keyOf(v6)))).toEqual([]);
    expect(isSameBase(keyOf([192, 0, 2]), keyOf([192, 0, 2, 0]))).toBe(false);
  });

  it('differ by ports and protocol', () => {
    const same = keyOf([192, 0, 2, 1]);
    for (const change of [{ protocol: 2 }, { queryPort: 1 }, { responsePort: 1 }])
      expect(isSameBase(same, keyOf([192, 0, 2, 1], change))).toBe(false);
  });
});

describe('NodeNumbers', () => {
  const bytesOf = (name: string): Uint8Array => new TextEncoder().encode(name);
  const numberIn = (nodes: NodeNumbers, name: string) =>
    nodes.of(bytesOf(`x${name}`), { from: 1, to: 1 + name.length });

  it('gives each node its number, the one without a name too', () => {
    const nodes = new NodeNumbers();
    const numbers = ['', 'a', 'ab', 'b'].map((name) => numberIn(nodes, name));
    expect(new Set(numbers).size).toBe(4);
    expect(['b', 'ab', 'a', ''].map((name) => numberIn(nodes, name))).toEqual(numbers.toReversed());
  });

  it('remembers names, not the place where they stood', () => {
    const nodes = new NodeNumbers();
    const buffer = Buffer.from('one');
    const one = nodes.of(buffer, { from: 0, to: 3 });
    buffer.write('two');
    expect(nodes.of(buffer, { from: 0, to: 3 })).not.toBe(one);
  });

  it('is bounded: among too many none gets the number of another', () => {
    const nodes = new NodeNumbers();
    const numbers = Array.from({ length: 3_000 }, (_, i) => numberIn(nodes, `n${i}`));
    expect(new Set(numbers).size).toBe(3_000);
    expect(numberIn(nodes, 'n0')).not.toBe(numbers[0]);
  });
});
