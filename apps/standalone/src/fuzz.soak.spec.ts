import { fuzzGraphql, fuzzRest, fuzzSeed } from './fuzz.fixture.js';
import { FuzzSite } from './fuzz-site.fixture.js';

/** Twenty times what `npm test` asks, each time with another seed and what exists by then. */
const ROUNDS = 20;

describe('random requests, long', () => {
  it('60,000 of REST and 40,000 of GraphQL: no 5xx, no stack, no SQL', async () => {
    const first = fuzzSeed();
    const site = await FuzzSite.open();
    try {
      for (let seed = first; seed < first + ROUNDS; seed += 1) {
        const [rest, graphql] = [await fuzzRest(site, seed, 25), await fuzzGraphql(site, seed, 2_000)];
        console.table({ seed, ...rest.statuses, ...graphql.statuses });
        expect({ seed, faults: [...rest.faults, ...graphql.faults] }).toEqual({ seed, faults: [] });
      }
    } finally {
      await site.close();
    }
  });
});
