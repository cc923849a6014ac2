/** What one probe of one round found about a domain. */
export interface PropagationProbe {
  /** From 1. */
  readonly round: number;
  readonly domain: string;
  /** Of the resolver or node that was asked. */
  readonly region: string;
  /** Whether the answer was the expected one; undefined: the probe could not be sent, or says nothing. */
  readonly isGood: boolean | undefined;
  /** Infinite unless the answer was good. */
  readonly resolutionMs: number;
}

/** Where the probes should have looked. */
export interface PropagationPlan {
  readonly domains: readonly string[];
  readonly regions: readonly string[];
}

/** What is known of a domain, or of all: no evidence is `unknown`, never one of the others. */
export type Propagation = 'recovered' | 'not_recovered' | 'unknown';

/** The decision, and why. */
export interface PropagationVerdict {
  readonly verdict: Propagation;
  readonly reason: string;
  readonly domains: ReadonlyMap<string, Propagation>;
}

/** Rounds in a row that must be good: one good answer may be a cache, or luck (the study's node passed 30 % of the time while corrupt). */
export const PROPAGATION_ROUNDS = 3;

type Found = 'good' | 'bad' | 'unknown';

/** One probe that agrees is enough for a region: its other resolvers may hold an old answer until its time to live is over. */
const foundIn = (probes: readonly PropagationProbe[]): Found => {
  if (probes.some(({ isGood }) => isGood === true)) return 'good';
  return probes.some(({ isGood }) => isGood === false) ? 'bad' : 'unknown';
};

const worst = (found: readonly Found[]): Found => {
  if (found.includes('bad')) return 'bad';
  return found.length === 0 || found.includes('unknown') ? 'unknown' : 'good';
};

const VERDICT = { good: 'recovered', bad: 'not_recovered', unknown: 'unknown' } as const satisfies Record<
  Found,
  Propagation
>;

/**
 * Whether names can be resolved again, everywhere. A round of a domain is good when in each region one probe agrees; a domain has
 * recovered when its last three rounds are good, and has not when one of them is bad. Fewer rounds, or a region that nobody looked
 * from, is unknown.
 */
export const decidePropagation = (
  { domains, regions }: PropagationPlan,
  probes: readonly PropagationProbe[],
): PropagationVerdict => {
  const newest = probes.reduce((round, probe) => Math.max(round, probe.round), 0);
  const rounds = Array.from({ length: PROPAGATION_ROUNDS }, (_unused, i) => newest - i);
  const found = domains.map((domain) => {
    const own = probes.filter((probe) => probe.domain === domain);
    const cells = rounds.flatMap((round) =>
      regions.map((region) => ({
        round,
        region,
        is: foundIn(own.filter((probe) => probe.round === round && probe.region === region)),
      })),
    );
    return { domain, is: worst(cells.map((cell) => cell.is)), cells };
  });
  const is = worst(found.map((each) => each.is));
  const culprit = found.find((each) => each.is === is);
  const cell = culprit?.cells.find((each) => each.is === is);
  const place =
    cell === undefined ? 'nothing was looked for' : `${culprit?.domain} in ${cell.region}, round ${cell.round}`;
  const reason =
    is === 'good'
      ? `${domains.length} domains good in ${regions.length} regions, ${PROPAGATION_ROUNDS} rounds in a row`
      : `${is === 'bad' ? 'no good answer' : 'no evidence'}: ${place}`;
  return { verdict: VERDICT[is], reason, domains: new Map(found.map((each) => [each.domain, VERDICT[each.is]])) };
};

/** How long a domain takes to be resolved where it takes longest: of each region the fastest probe; infinite when one has no good answer. */
export const resolutionTimeMs = (
  { regions }: PropagationPlan,
  probes: readonly PropagationProbe[],
  domain: string,
): number => {
  const own = probes.filter((probe) => probe.domain === domain);
  const fastest = regions.map((region) =>
    Math.min(...own.filter((probe) => probe.region === region).map(({ resolutionMs }) => resolutionMs)),
  );
  return regions.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...fastest);
};
