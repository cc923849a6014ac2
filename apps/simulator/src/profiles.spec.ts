import { LATENCY_NONE, OUTCOME, OUTCOMES } from '#contracts';
import { CUSTOMERS } from './customers.js';
import { type Answer, failingProfile, normalProfile, type Profile } from './latency.js';
import { createRandom } from './random.js';
import { CORRUPTED_HEALTH_PASS, healthCheck, resolve, startedResolver } from './resolver-model.js';
import { createZonePicker, rankedZones, ZIPF_EXPONENT } from './traffic.js';

const DRAWS = 200_000;
const sample = (profile: Profile, seed: number): Answer[] => {
  const random = createRandom(seed, 'sample');
  return Array.from({ length: DRAWS }, () => profile(random));
};
const goodShare = (answers: readonly Answer[]): number => {
  const good = new Set<number>(OUTCOMES.filter((kind) => kind.class === 'good').map(({ code }) => code));
  return answers.filter(({ outcome }) => good.has(outcome)).length / answers.length;
};
/** Timeouts rank above every latency, as the product ranks them. */
const percentileMs = (answers: readonly Answer[], share: number): number | 'timeout' => {
  const ranked = Float64Array.from(answers, ({ latencyUs }) => (latencyUs === LATENCY_NONE ? Infinity : latencyUs));
  const latencyUs = ranked.toSorted()[Math.ceil(share * answers.length) - 1] ?? Number.NaN;
  return latencyUs === Infinity ? 'timeout' : latencyUs / 1_000;
};

describe('the normal profile', () => {
  const answers = sample(normalProfile, 7);

  it('R6: success 99.95 %', () => {
    expect(Math.abs(goodShare(answers) - 0.9995)).toBeLessThan(0.000_3);
  });

  it.each([
    [0.5, 15],
    [0.95, 45],
    [0.99, 120],
  ])('R6: p%f is %i ms within 5 %%', (share, expectedMs) => {
    const measured = percentileMs(answers, share);
    expect(Number(measured) / expectedMs).toBeGreaterThan(0.95);
    expect(Number(measured) / expectedMs).toBeLessThan(1.05);
  });
});

describe('the failing profile', () => {
  const answers = sample(failingProfile, 7);

  it('R7: success 23 %', () => {
    expect(Math.abs(goodShare(answers) - 0.23)).toBeLessThan(0.005);
  });

  it('R7: p50 5,000 ms within 2 %, p95 and p99 are timeouts', () => {
    expect(Math.abs(Number(percentileMs(answers, 0.5)) / 5_000 - 1)).toBeLessThan(0.02);
    expect(percentileMs(answers, 0.95)).toBe('timeout');
    expect(percentileMs(answers, 0.99)).toBe('timeout');
  });

  it('R4: failures are wrong NXDOMAIN, SERVFAIL and timeout', () => {
    const bad = answers.filter(({ outcome }) => outcome !== OUTCOME.answer).map(({ outcome }) => outcome);
    expect(new Set(bad)).toEqual(new Set([OUTCOME.wrong_answer, OUTCOME.servfail, OUTCOME.timeout]));
  });
});

describe('the random source', () => {
  it('a seed and a name determine everything', () => {
    const draw = (seed: number, stream: string): number[] => {
      const random = createRandom(seed, stream);
      return Array.from({ length: 5 }, random.next);
    };
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
  });
});

describe('traffic', () => {
  it('zones are drawn after Zipf', () => {
    const picker = createZonePicker(rankedZones(CUSTOMERS, 3));
    const random = createRandom(3, 'draws');
    const drawn = new Float64Array(picker.zones.length);
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const zone = picker.pick(random);
      drawn[zone] = (drawn[zone] ?? 0) + 1;
    }
    for (const zone of [0, 1, 2, 9])
      expect(Math.abs((drawn[zone] ?? 0) / DRAWS / picker.share(zone) - 1)).toBeLessThan(0.05);
    expect(picker.share(0) / picker.share(9)).toBeCloseTo(10 ** ZIPF_EXPONENT, 6);
  });
});

describe('the resolver model of the study', () => {
  const corrupted = resolve(startedResolver, 300, createRandom(1, 'x')).state;

  it.each([
    [255, false],
    [256, false],
    [257, true],
    [300, true],
  ])('R62: a name of %i octets corrupts it: %s', (octets, isCorrupted) => {
    expect(resolve(startedResolver, octets, createRandom(1, 'x'))).toEqual({
      state: { corrupted: isCorrupted },
      rcode: 'NOERROR',
    });
  });

  it('R62: corrupted, it answers 70 % NXDOMAIN and stays corrupted', () => {
    const random = createRandom(5, 'model');
    const answers = Array.from({ length: 20_000 }, () => resolve(corrupted, 20, random));
    expect(answers.filter(({ rcode }) => rcode === 'NXDOMAIN').length / answers.length).toBeCloseTo(0.7, 1);
    expect(answers.every(({ state }) => state.corrupted)).toBe(true);
  });

  it('R62: one health check passes 30 % of the time, 4 of 5 pass 3.1 %', () => {
    const random = createRandom(6, 'health');
    const rounds = 20_000;
    const passed = Array.from(
      { length: rounds },
      () => Array.from({ length: 5 }, () => healthCheck(corrupted, random)).filter(Boolean).length,
    );
    const once = passed.reduce((sum, count) => sum + count, 0) / (5 * rounds);
    expect(Math.abs(once - CORRUPTED_HEALTH_PASS)).toBeLessThan(0.01);
    expect(Math.abs(passed.filter((count) => count >= 4).length / rounds - 0.0308)).toBeLessThan(0.006);
    expect(healthCheck(startedResolver, random)).toBe(true);
  });
});
