/** Outcomes of one node by class. */
export interface Counted {
  readonly good: number;
  readonly bad: number;
}

/** What really happened; kept in this process alone, where no server process can read it. */
export interface Oracle {
  /** Outcomes that were played, sent or not. */
  readonly played: (nodeId: string, counted: Counted) => void;
  /** The server answered that it has taken them. */
  readonly accepted: (nodeId: string, counted: Counted) => void;
  /** The server refused them for good, or the agent's queue was full. */
  readonly givenUp: (nodeId: string, counted: Counted, why: string) => void;
  readonly failed: (atUs: number, customers: Iterable<string>) => void;
  readonly acceptedOf: (nodeId: string) => Counted;
  /** Outcomes of a node that were played. */
  readonly playedOf: (nodeId: string) => number;
  readonly totals: () => { readonly played: number; readonly accepted: number; readonly givenUp: number };
  /** Reasons for giving up, with how often; the first 20 kinds. */
  readonly reasons: () => ReadonlyMap<string, number>;
  /** Event time of the first failure that the fault caused, ms; undefined before it. */
  readonly firstFailureMs: () => number | undefined;
  /** Customers of whom at least one query failed because of the fault. */
  readonly affected: () => ReadonlySet<string>;
}

const NONE: Counted = { good: 0, bad: 0 };
/** Kinds of reasons kept; a fault of the set-up shows in the first one. */
const REASONS_MAX = 20;

const sum = (counts: Iterable<Counted>): number => {
  let total = 0;
  for (const { good, bad } of counts) total += good + bad;
  return total;
};

const addTo = (counts: Map<string, Counted>, nodeId: string, { good, bad }: Counted): void => {
  const known = counts.get(nodeId) ?? NONE;
  counts.set(nodeId, { good: known.good + good, bad: known.bad + bad });
};

/** Makes an oracle that has seen nothing. */
export const createOracle = (): Oracle => {
  const played = new Map<string, Counted>();
  const accepted = new Map<string, Counted>();
  const givenUp = new Map<string, Counted>();
  const reasons = new Map<string, number>();
  const affected = new Set<string>();
  let firstFailureUs = Number.POSITIVE_INFINITY;
  return {
    played: (nodeId, counted) => addTo(played, nodeId, counted),
    accepted: (nodeId, counted) => addTo(accepted, nodeId, counted),
    givenUp: (nodeId, counted, why) => {
      addTo(givenUp, nodeId, counted);
      if (reasons.has(why) || reasons.size < REASONS_MAX) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    },
    failed: (atUs, customers) => {
      firstFailureUs = Math.min(firstFailureUs, atUs);
      for (const customer of customers) affected.add(customer);
    },
    acceptedOf: (nodeId) => accepted.get(nodeId) ?? NONE,
    playedOf: (nodeId) => sum([played.get(nodeId) ?? NONE]),
    totals: () => ({
      played: sum(played.values()),
      accepted: sum(accepted.values()),
      givenUp: sum(givenUp.values()),
    }),
    reasons: () => reasons,
    firstFailureMs: () =>
      firstFailureUs === Number.POSITIVE_INFINITY ? undefined : Math.floor(firstFailureUs / 1_000),
    affected: () => affected,
  };
};
