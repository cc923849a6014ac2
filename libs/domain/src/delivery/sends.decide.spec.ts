import { BREAKER_FAILURES } from './receiver.js';
import {
  blockedReceivers,
  type Candidate,
  type ClaimTerms,
  decideSends,
  NEW_RECEIVER,
  type Receiver,
  type Shared,
} from './sends.decide.js';

const TERMS: ClaimTerms = { pace: { perMinute: 12, urgentPerMinute: 4 }, nowMs: 100_000, leaseMs: 30_000 };
const candidate = (deliveryId: string, isUrgent = false, address = ''): Candidate => ({
  deliveryId,
  address,
  isUrgent,
});
const health = (changes: Partial<Receiver['health']>): Receiver => ({
  ...NEW_RECEIVER,
  health: { ...NEW_RECEIVER.health, ...changes },
});
const shared = (receivers: ReadonlyMap<string, Receiver> = new Map(), bucket?: Shared['bucket']): Shared => ({
  receivers,
  bucket,
});
const chosen = (
  candidates: readonly Candidate[],
  receivers: readonly (readonly [string, Receiver])[] = [],
  terms = TERMS,
) => [...decideSends(candidates, shared(new Map(receivers)), terms).chosen].join(' ');

describe('decideSends', () => {
  it('B11: what is urgent has a lane past the pace, and each receiver its own', () => {
    const all = [
      candidate('u1', true),
      candidate('a'),
      candidate('b'),
      candidate('u2', true),
      candidate('other', false, 'x'),
    ];
    // Two tokens, and three of the urgent lane.
    expect(chosen(all)).toBe('u1 a u2 other');
    const spent = decideSends(all, shared(), TERMS);
    expect(blockedReceivers(spent, TERMS)).toEqual({ all: [], unlessUrgent: [''] });
  });

  it('B11: receivers of one account draw from its bucket together, whichever channel they are of', () => {
    const terms: ClaimTerms = { ...TERMS, pace: { perMinute: 12, urgentPerMinute: 4, bucket: 'account' } };
    const first = decideSends([candidate('a', false, 'x'), candidate('u', true, 'y')], shared(), terms);
    expect([...first.chosen]).toEqual(['a', 'u']);
    expect(blockedReceivers(first, terms)).toEqual({ all: [], unlessUrgent: ['x', 'y'] });
    // Another channel of the account: its receivers are others, the bucket is the same.
    const other = decideSends(
      ['b', 'v', 'w', 'z', 'q'].map((id) => candidate(id, id !== 'b', id)),
      shared(new Map(), first.bucket),
      terms,
    );
    expect([...other.chosen]).toEqual(['v', 'w', 'z']);
    expect(other.receivers.get('v')).toEqual(NEW_RECEIVER);
  });

  it('without a pace all leave', () => {
    const all = Array.from({ length: 50 }, (_, index) => candidate(`d${index}`));
    expect(decideSends(all, shared(), { ...TERMS, pace: undefined }).chosen.size).toBe(50);
  });

  it('B11: a receiver that has enough takes only what is urgent', () => {
    const held = health({ heldUntilMs: 100_001 });
    expect(chosen([candidate('a'), candidate('u', true)], [['', held]])).toBe('u');
    expect(blockedReceivers(shared(new Map([['', held]])), TERMS)).toEqual({ all: [], unlessUrgent: [''] });
    expect(chosen([candidate('a')], [['', health({ heldUntilMs: 100_000 })]])).toBe('a');
  });

  it('B11: a dead receiver takes nothing, and one that may live again is tried by one alone', () => {
    const open = health({ failures: BREAKER_FAILURES, openUntilMs: 100_001 });
    expect(chosen([candidate('u', true)], [['', open]])).toBe('');
    const half = health({ failures: BREAKER_FAILURES, openUntilMs: 100_000 });
    const probed = decideSends([candidate('u', true), candidate('v', true)], shared(new Map([['', half]])), TERMS);
    expect([...probed.chosen]).toEqual(['u']);
    expect(blockedReceivers(probed, TERMS).all).toEqual(['']);
    expect(chosen([candidate('v')], [...probed.receivers], { ...TERMS, nowMs: 130_000 })).toBe('v');
  });
});
