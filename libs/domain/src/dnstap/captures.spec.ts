import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FrameReader } from './frame-stream.js';
import { Tap } from './tap.js';
import { TapSummarizer } from './tap-summary.js';
import { createZoneFinder } from './zone-finder.js';

const DOMAIN = join(process.cwd(), 'libs/domain/src');
const ZONES = ['skyways-air.test', 'northbank.test', 'playforge.test', 'worldnews.test', 'broken.test'];
const bytesOf = (name: string): Uint8Array =>
  name.endsWith('.gz')
    ? gunzipSync(readFileSync(join(DOMAIN, 'presence/fixtures', name)))
    : readFileSync(join(DOMAIN, 'dnstap/fixtures', name));

/** What a recording must decode to. */
interface Decoded {
  readonly types: Readonly<Record<string, number>>;
  readonly pairs: number;
  readonly unpairedQueries: number;
  readonly orphanResponses: number;
  /** Rcode → responses to clients. */
  readonly rcodes: Readonly<Record<number, number>>;
  readonly end: string;
}

const decoded = (name: string): Decoded => {
  const bytes = bytesOf(name);
  const summarizer = new TapSummarizer(createZoneFinder(ZONES));
  summarizer.push(bytes);
  const { types, counts, end } = summarizer.end();
  const { pairs, unpairedQueries, orphanResponses } = counts;
  const rcodes: Record<number, number> = {};
  const tap = new Tap(createZoneFinder(ZONES), ({ rcode = -1 }) => (rcodes[rcode] = (rcodes[rcode] ?? 0) + 1));
  for (const found of new FrameReader().push(bytes)) if (found.kind === 'data') tap.take(found.payload);
  tap.end();
  const kind = end.kind === 'corrupt' ? `corrupt: ${end.fault}` : end.kind;
  return { types, pairs, unpairedQueries, orphanResponses, rcodes, end: kind };
};

const ALL_PAIRED = { unpairedQueries: 0, orphanResponses: 0, end: 'whole' };
const MIX = { 0: 159, 2: 5, 3: 29, 5: 7 };
const AUTH_200 = { AUTH_QUERY: 200, AUTH_RESPONSE: 200 };

const CAPTURES: readonly (readonly [string, Partial<Decoded>])[] = [
  ['bind-400.fstrm', { types: { AUTH_QUERY: 200, CLIENT_RESPONSE: 200 }, pairs: 200, rcodes: MIX, ...ALL_PAIRED }],
  ['knot-400.fstrm', { types: AUTH_200, pairs: 200, rcodes: MIX, ...ALL_PAIRED }],
  ['nsd-400.fstrm', { types: AUTH_200, pairs: 200, rcodes: MIX, ...ALL_PAIRED }],
  [
    'unbound-400.fstrm',
    {
      types: { CLIENT_QUERY: 131, CLIENT_RESPONSE: 129, FORWARDER_QUERY: 70, FORWARDER_RESPONSE: 70 },
      rcodes: { 0: 101, 2: 10, 3: 18 },
      pairs: 129,
      unpairedQueries: 2,
      orphanResponses: 0,
      end: 'whole',
    },
  ],
  ['knot-resp-with-query-200.fstrm', { types: { AUTH_RESPONSE: 200 }, pairs: 0, rcodes: MIX, ...ALL_PAIRED }],
  [
    'bind-malformed.fstrm',
    {
      types: { AUTH_QUERY: 7, CLIENT_RESPONSE: 7, AUTH_RESPONSE: 2 },
      pairs: 7,
      unpairedQueries: 0,
      orphanResponses: 2,
      end: 'whole',
    },
  ],
  [
    'knot-malformed.fstrm',
    {
      types: { AUTH_QUERY: 10, AUTH_RESPONSE: 13 },
      pairs: 10,
      unpairedQueries: 0,
      orphanResponses: 3,
      end: 'whole',
    },
  ],
  [
    'nsd-malformed.fstrm',
    {
      types: { AUTH_QUERY: 23, AUTH_RESPONSE: 19 },
      pairs: 19,
      unpairedQueries: 4,
      orphanResponses: 0,
      end: 'whole',
    },
  ],
  ['truncated-mid-frame.fstrm', { types: { AUTH_QUERY: 77, AUTH_RESPONSE: 76 }, end: 'cut' }],
  ['corrupt-length.fstrm', { types: { AUTH_QUERY: 20, AUTH_RESPONSE: 19 }, end: 'corrupt: frame_too_long' }],
  ['corrupt-payload.fstrm', { types: AUTH_200, pairs: 199, unpairedQueries: 1, orphanResponses: 1, rcodes: MIX }],
  [
    'knot-crashloop.fstrm.gz',
    {
      types: { AUTH_QUERY: 8_319, AUTH_RESPONSE: 8_317 },
      pairs: 8_317,
      unpairedQueries: 2,
      orphanResponses: 0,
      rcodes: { 0: 6_570, 2: 201, 3: 1_258, 5: 288 },
      end: 'whole',
    },
  ],
  [
    'knot-hang.fstrm.gz',
    {
      types: { AUTH_QUERY: 5_551, AUTH_RESPONSE: 5_551 },
      pairs: 5_551,
      rcodes: { 0: 4_381, 2: 136, 3: 847, 5: 187 },
      ...ALL_PAIRED,
    },
  ],
];

describe('what each recording holds, as it was counted when it was made', () => {
  it.each(CAPTURES)('R1, R4: %s', (name, expected) => {
    expect(decoded(name)).toMatchObject(expected);
  });
});

describe('what probes saw beside the recordings', () => {
  it.each([
    ['knot-crashloop', { answered: 1_392, icmp_unreachable: 608 }],
    ['knot-hang', { answered: 799, timeout: 301 }],
  ])('%s', (name, expected) => {
    const lines = new TextDecoder()
      .decode(bytesOf(`${name}.probe.jsonl.gz`))
      .trim()
      .split('\n');
    const counts: Record<string, number> = {};
    for (const line of lines) {
      const { outcome } = JSON.parse(line) as { outcome: string };
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    expect(counts).toEqual(expected);
  });
});
