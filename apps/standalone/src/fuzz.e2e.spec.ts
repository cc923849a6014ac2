import { fuzzGraphql, fuzzRest, fuzzSeed, restFaultOf } from './fuzz.fixture.js';
import { FuzzSite } from './fuzz-site.fixture.js';

/** Requests of each operation: of 140 operations 3,500. With the documents that takes 30 s of CPU. `FUZZ_SEED` makes the same ones again. */
const EACH = 25;
const DOCUMENTS = 2_000;
/** Several times what it takes on a busy machine: a bound for what hangs, nothing else. */
const TIMEOUT_MS = 240_000;

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('an answer of /readyz', () => {
  const of = (status: number, text: string) => restFaultOf('GET /readyz', { status, type: 'application/json', text });

  it('may be 503, in its own words', () => {
    expect(of(503, '{"status":"not ready","unready":{"rules":"waits"}}')).toBeUndefined();
    expect(of(500, '{}')).toContain('answers 500');
  });

  it('tells nothing of the program, also with 503', () => {
    expect(of(503, '{"unready":{"database":"syntax error at or near"}}')).toContain('tells of itself');
  });
});

describe('random requests', () => {
  const seed = fuzzSeed();
  let site: FuzzSite;
  beforeAll(async () => {
    site = await FuzzSite.open();
  });
  afterAll(() => site.close());

  it(
    'of every REST operation: no 5xx, no stack, no SQL; and each is done at least once',
    async () => {
      const { faults, statuses, undone, unknown } = await fuzzRest(site, seed, EACH);
      expect({ seed, faults }).toEqual({ seed, faults: [] });
      expect(sumOf(statuses)).toBeGreaterThanOrEqual(3_000);
      // A fuzz of refusals alone would find nothing.
      expect({ seed, undone }).toEqual({ seed, undone: [] });
      expect(unknown).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'of GraphQL: no 5xx, no INTERNAL, no stack, no SQL; and each query and mutation is done at least once',
    async () => {
      const { faults, statuses, undone, unknown } = await fuzzGraphql(site, seed, DOCUMENTS);
      expect({ seed, faults }).toEqual({ seed, faults: [] });
      expect(sumOf(statuses)).toBe(DOCUMENTS);
      expect({ seed, undone }).toEqual({ seed, undone: [] });
      expect(unknown).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
