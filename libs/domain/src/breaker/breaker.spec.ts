import { event, type Event } from '#contracts';
import { given } from '#testing';
import { type Breaker, closedBreaker, evolveBreaker, UPDATES_MAX } from './breaker.js';
import {
  decideBreakerTick,
  decideUpdateEnded,
  decideUpdatesBegan,
  permits,
  type WaitingUpdate,
} from './breaker.decide.js';

type BreakerEvent = Parameters<typeof evolveBreaker>[1];

const S = 1_000;
const began = (updateId: string, at = 0) =>
  event('UpdateBegan', { service: 'dns', updateId, rolloutId: 'r1', nodeId: `n-${updateId}`, at });
const ended = (updateId: string, isHealthy: boolean, at = 0, detail = '') =>
  event('UpdateEnded', { service: 'dns', updateId, isHealthy, detail, at });
const opened = (at: number) => event('BreakerOpened', { service: 'dns', because: 'x', failures: 3, updates: 3, at });
const halfOpened = (at: number) => event('BreakerHalfOpened', { service: 'dns', at });

/** A whole update for each letter: `x` failed, anything else was healthy. */
const updates = (letters: string): readonly BreakerEvent[] =>
  letters.split('').flatMap((letter, index) => [began(`u${index}`), ended(`u${index}`, letter !== 'x')]);

const end =
  (updateId: string, isHealthy: boolean, at = 1 * S) =>
  (breaker: Breaker = closedBreaker('dns')): readonly Event[] =>
    decideUpdateEnded(breaker, { updateId, isHealthy, detail: '2 of 5 probes passed' }, at);
const tick =
  (at: number) =>
  (breaker: Breaker = closedBreaker('dns')): readonly Event[] =>
    decideBreakerTick(breaker, at);
const after = (...events: readonly BreakerEvent[]): Breaker => events.reduce(evolveBreaker, closedBreaker('dns'));
const waiting = (nodeId: string, sinceMs = 0, rolloutId = 'r1'): WaitingUpdate => ({
  updateId: `${rolloutId}-${nodeId}`,
  rolloutId,
  nodeId,
  sinceMs,
});

describe('the circuit breaker of updates', () => {
  it('R42: opens on the third failed health check in a row, not on the second', () => {
    given(evolveBreaker, ...updates('.x'), began('y'))
      .when(end('y', false))
      .thenTypes('UpdateEnded');
    given(evolveBreaker, ...updates('.xx'), began('y'))
      .when(end('y', false))
      .thenEvents(
        ended('y', false, 1 * S, '2 of 5 probes passed'),
        event('BreakerOpened', {
          service: 'dns',
          because: '3 updates in a row failed (at most 2)',
          failures: 3,
          updates: 4,
          at: 1 * S,
        }),
      );
  });

  it('R42: opens when half of ten updates failed; five of nine are too few to say', () => {
    given(evolveBreaker, ...updates('x.x.x.x.'), began('y'))
      .when(end('y', false))
      .thenTypes('UpdateEnded');
    given(evolveBreaker, ...updates('.x.x.x.x.'), began('y'))
      .when(end('y', false))
      .thenEvents(
        ended('y', false, 1 * S, '2 of 5 probes passed'),
        event('BreakerOpened', {
          service: 'dns',
          because: '5 of the last 10 updates failed (50 %, less than 50 % may)',
          failures: 5,
          updates: 10,
          at: 1 * S,
        }),
      );
  });

  it('R42: is not kept closed by what went well long ago', () => {
    given(evolveBreaker, ...updates(`${'.'.repeat(500)}x.x.x.x.`), began('y'))
      .when(end('y', false))
      .thenTypes('UpdateEnded', 'BreakerOpened');
  });

  it('R42: an update that is not answered for within 30 s has failed', () => {
    given(evolveBreaker, began('u'))
      .when(tick(30 * S - 1))
      .thenNothing();
    given(evolveBreaker, began('u'))
      .when(tick(30 * S))
      .thenEvents(ended('u', false, 30 * S, 'no answer within 30 s'));
    given(evolveBreaker, began('a'), began('b'), began('c'), began('d'))
      .when(tick(30 * S))
      .thenTypes('UpdateEnded', 'UpdateEnded', 'UpdateEnded', 'BreakerOpened', 'UpdateEnded');
  });

  it('R42: an answer that comes too late, or twice, changes nothing', () => {
    given(evolveBreaker, began('u'), ended('u', false)).when(end('u', true)).thenNothing();
    given(evolveBreaker).when(end('never', true)).thenNothing();
  });

  it('R42: 100 updates at once; the 101st waits, and has the first place that is free', () => {
    const nodes = Array.from({ length: 101 }, (_, index) => waiting(`n${String(index).padStart(3, '0')}`));
    const first = decideUpdatesBegan(closedBreaker('dns'), nodes, 1 * S);
    expect(first).toHaveLength(UPDATES_MAX);
    const full = after(...(first as readonly BreakerEvent[]));
    expect(permits(full, 1 * S)).toEqual({
      count: 0,
      because: 'circuit breaker of dns is closed: 100 updates under way (at most 100)',
    });
    expect(decideUpdatesBegan(full, nodes, 1 * S)).toEqual([]);
    const free = evolveBreaker(full, ended('r1-n042', true));
    const left = nodes.filter(({ nodeId }) => nodeId !== 'n042');
    expect(decideUpdatesBegan(free, left, 2 * S)).toMatchObject([{ data: { nodeId: 'n100' } }]);
  });

  it('R42: the line has one order, whoever tells it: since when, then rollout, then node', () => {
    const line = [waiting('b', 5), waiting('a', 5, 'r2'), waiting('z', 1, 'r9'), waiting('a', 5)];
    const order = (told: readonly WaitingUpdate[]) =>
      decideUpdatesBegan(closedBreaker('dns'), told, 9).map(({ data }) => 'updateId' in data && data.updateId);
    expect(order(line)).toEqual(['r9-z', 'r1-a', 'r1-b', 'r2-a']);
    expect(order(line.toReversed())).toEqual(order(line));
  });

  it('R42: open for 300 s, nothing begins; then half-open, and one update decides', () => {
    given(evolveBreaker, opened(10 * S))
      .when(tick(310 * S - 1))
      .thenNothing();
    given(evolveBreaker, opened(10 * S))
      .when(tick(310 * S))
      .thenEvents(halfOpened(310 * S));
    expect(permits(after(opened(10 * S)), 60 * S)).toEqual({
      count: 0,
      because: 'circuit breaker of dns is open: x; one update decides in 250 s',
    });
    const half = after(opened(10 * S), halfOpened(310 * S));
    const [decides, ...more] = decideUpdatesBegan(half, [waiting('b'), waiting('a')], 311 * S);
    expect([decides?.data, more]).toMatchObject([{ nodeId: 'a' }, []]);
    expect(permits(evolveBreaker(half, began('u')), 312 * S).because).toBe(
      'circuit breaker of dns is half-open: update u decides',
    );
  });

  it('R42: half-open, a healthy update closes it, and it counts from the beginning', () => {
    const half = [...updates('xx'), opened(0), halfOpened(300 * S), began('u')] as const;
    given(evolveBreaker, ...half)
      .when(end('u', true))
      .thenTypes('UpdateEnded', 'BreakerClosed');
    const closed = event('BreakerClosed', { service: 'dns', because: 'u', at: 0 });
    given(evolveBreaker, ...half, ended('u', true), closed, began('a'), ended('a', false), began('b'))
      .when(end('b', false))
      .thenTypes('UpdateEnded');
  });

  it('R42: half-open, a failed update opens it again, for 300 s more; so does one that is silent', () => {
    const half = [opened(0), halfOpened(300 * S), began('u', 300 * S)] as const;
    given(evolveBreaker, ...half)
      .when(end('u', false, 301 * S))
      .thenEvents(
        ended('u', false, 301 * S, '2 of 5 probes passed'),
        event('BreakerOpened', {
          service: 'dns',
          because: 'the update that decides failed: 2 of 5 probes passed',
          failures: 1,
          updates: 1,
          at: 301 * S,
        }),
      );
    given(evolveBreaker, ...half)
      .when(tick(330 * S))
      .thenTypes('UpdateEnded', 'BreakerOpened');
  });

  it('R42: what was under way when it opened decides nothing', () => {
    given(evolveBreaker, began('old'), opened(0)).when(end('old', true)).thenTypes('UpdateEnded');
    given(evolveBreaker, began('old'), opened(0), halfOpened(300 * S), began('u'))
      .when(end('old', true))
      .thenTypes('UpdateEnded');
  });
});
