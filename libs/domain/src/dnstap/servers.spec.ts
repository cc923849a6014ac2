import { OUTCOMES } from '#contracts';
import { frameOf, messageOf } from './frame.fixture.js';
import { Tap } from './tap.js';
import type { TapOutcome } from './tap-outcome.js';
import { createZoneFinder } from './zone-finder.js';

const AT_US = 1_700_000_000_000_000;
const played = (frames: readonly Uint8Array[]) => {
  const outcomes: TapOutcome[] = [];
  const tap = new Tap(createZoneFinder(['shop.example']), (outcome) => outcomes.push(outcome));
  for (const frame of frames) tap.take(frame);
  tap.end();
  const seen = outcomes.map(({ outcome, latencyNs, zone }) => {
    const name = OUTCOMES.find(({ code }) => code === outcome)?.name;
    return [name, latencyNs === undefined ? 'unknown' : latencyNs / 1_000, zone];
  });
  return { seen, counts: tap.counts };
};
const asked = (name: string, id: number): Uint8Array => messageOf({ name, id });
const answered = (name: string, id: number): Uint8Array => messageOf({ name, id, isResponse: true, answers: 1 });

/**
 * coredns plugin/dnstap/handler.go, writer.go and msg/msg.go: CLIENT_QUERY with the query time, CLIENT_RESPONSE with the same query time
 * and a response time. The socket is that of the client alone. `full` adds the query to the one and the response to the other.
 */
const corednsPair = (id: number, isFull: boolean): readonly Uint8Array[] => {
  const queryAtUs = AT_US + 10 * id;
  const query = isFull ? { queryMessage: asked('www.shop.example', id) } : {};
  const response = isFull ? { responseMessage: answered('www.shop.example', id) } : {};
  return [
    frameOf({ type: 5, queryAtUs, ...query }),
    frameOf({ type: 6, queryAtUs, responseAtUs: queryAtUs + 350, ...response }),
  ];
};

/**
 * PowerDNS pdns/dnstap.cc and dnsdist-actions-factory: DnstapLogAction writes CLIENT_QUERY with the query time, DnstapLogResponseAction
 * CLIENT_RESPONSE with the query time and the time it is written; both with both ends of the socket, an identity, and their own message.
 */
const dnsdistPair = (id: number): readonly [Uint8Array, Uint8Array] => {
  const both = { identity: 'dnsdist', queryPort: 40_000, responsePort: 53, queryAtUs: AT_US };
  return [
    frameOf({ type: 5, ...both, queryMessage: asked('www.shop.example', id) }),
    frameOf({ type: 6, ...both, responseAtUs: AT_US + 1_250, responseMessage: answered('www.shop.example', id) }),
  ];
};

describe('CoreDNS', () => {
  it('R4: with `full` a query and its response are one outcome, with the latency of the two times in the response', () => {
    const { seen, counts } = played(corednsPair(1, true));
    expect(seen).toEqual([['answer', 350, 'shop.example']]);
    expect(counts).toMatchObject({ queries: 1, responses: 1, pairs: 1, unpairedQueries: 0, orphanResponses: 0 });
  });

  it('R4: without `full` the outcome is unknown, its latency is not; many at once from one port are pairs', () => {
    const pairs = Array.from({ length: 100 }, (_, id) => corednsPair(id, false));
    const { seen, counts } = played([...pairs.map(([query]) => query!), ...pairs.map(([, response]) => response!)]);
    expect(seen).toEqual(Array.from({ length: 100 }, () => ['unknown', 350, '.']));
    expect(counts).toMatchObject({ queries: 100, responses: 100, pairs: 100, unpairedQueries: 0, orphanResponses: 0 });
  });

  it('without `full` a query and its response count for completeness, and nothing as malformed', () => {
    const pairs = [1, 2, 3].map((id) => corednsPair(id, false));
    const { counts } = played(pairs.flat());
    expect(counts).toMatchObject({ pairs: 3, unpairedQueries: 0, orphanResponses: 0, malformed: 0, clockFaults: 0 });
  });

  it('a query that got no response is a hole in the telemetry, never an outcome', () => {
    const { seen, counts } = played([corednsPair(1, true)[0]!, corednsPair(2, false)[0]!]);
    expect(seen).toEqual([]);
    expect(counts).toMatchObject({ queries: 2, unpairedQueries: 2 });
  });
});

describe('dnsdist', () => {
  it('R4: with both actions a query and its response are one outcome', () => {
    const { seen, counts } = played(dnsdistPair(1));
    expect(seen).toEqual([['answer', 1_250, 'shop.example']]);
    expect(counts).toMatchObject({ pairs: 1, unpairedQueries: 0, orphanResponses: 0 });
  });

  it('with the response action alone nothing is missing: the response says when it was asked', () => {
    const { seen, counts } = played([dnsdistPair(1)[1]]);
    expect(seen).toEqual([['answer', 1_250, 'shop.example']]);
    expect(counts).toMatchObject({ queries: 0, pairs: 0, orphanResponses: 0 });
  });
});

describe('times of servers', () => {
  const authPair = (queryAtUs: number, responseAtUs: number, id = 1): readonly Uint8Array[] => [
    frameOf({ type: 1, queryAtUs, queryMessage: asked('www.shop.example', id) }),
    frameOf({ type: 2, responseAtUs, responseMessage: answered('www.shop.example', id) }),
  ];

  it('R4: a clock of whole seconds: 0 is unknown', () => {
    expect(played(authPair(AT_US, AT_US)).seen).toEqual([['answer', 'unknown', 'shop.example']]);
  });

  it.each([
    ['two hours apart', AT_US, AT_US + 7_200_000_000],
    ['a response before its query', AT_US + 5_000, AT_US],
  ])('R4: %s: no latency, and counted', (_what, queryAtUs, responseAtUs) => {
    // The response carries the query, so that they belong together whatever the times say.
    const { seen, counts } = played([
      frameOf({ type: 2, queryAtUs, responseAtUs, responseMessage: answered('www.shop.example', 1) }),
    ]);
    expect(seen).toEqual([['answer', 'unknown', 'shop.example']]);
    expect(counts.clockFaults).toBe(1);
  });

  it('R4: two servers on one tap: 0 of the coarse clock stays unknown, whatever the other one shows', () => {
    const pairOf = (identity: string, id: number, latencyUs: number): readonly Uint8Array[] => [
      frameOf({ type: 1, identity, queryAtUs: AT_US, queryMessage: asked('www.shop.example', id) }),
      frameOf({
        type: 2,
        identity,
        responseAtUs: AT_US + latencyUs,
        responseMessage: answered('www.shop.example', id),
      }),
    ];
    const { seen } = played([...pairOf('knot', 1, 3), ...pairOf('bind', 2, 0), ...pairOf('knot', 3, 0)]);
    expect(seen.map(([, latency]) => latency)).toEqual([3, 'unknown', 0]);
  });

  it('a server with a wrong clock does not end what waits for the answers of another', () => {
    const tap = new Tap(createZoneFinder(['shop.example']), () => undefined);
    tap.advance(AT_US);
    const [query, response] = authPair(AT_US, AT_US + 300_000);
    tap.take(query!);
    for (const frame of authPair(AT_US + 1_800_000_000, AT_US + 1_800_000_000, 9)) tap.take(frame);
    tap.take(response!);
    expect(tap.counts).toMatchObject({ pairs: 2, unpairedQueries: 0, orphanResponses: 0 });
  });

  it('BIND: the query as AUTH, the response as CLIENT: one outcome', () => {
    const { seen, counts } = played([
      frameOf({ type: 1, queryAtUs: AT_US, queryMessage: asked('www.shop.example', 3) }),
      frameOf({ type: 6, responseAtUs: AT_US + 40, responseMessage: answered('WWW.shop.EXAMPLE', 3) }),
    ]);
    expect(seen).toEqual([['answer', 40, 'shop.example']]);
    expect(counts.pairs).toBe(1);
  });

  it('a type that is not known is counted as undecodable', () => {
    expect(played([frameOf({ type: 15, queryAtUs: AT_US })]).counts).toMatchObject({ undecodable: 1, queries: 0 });
  });
});
