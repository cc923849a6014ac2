/** What an outcome says about the service: counted for it, against it, or not at all. */
export type OutcomeClass = 'good' | 'bad' | 'excluded';

/** One row of the outcome table. */
export interface OutcomeKind {
  readonly code: number;
  readonly name: string;
  readonly class: OutcomeClass;
}

/**
 * The outcome codes on the wire. success = good / (good + bad); excluded ones are the client's fault, foreign names, rate
 * limits or unreadable answers: they count beside it, never in it.
 */
export const OUTCOMES = [
  { code: 0, name: 'answer', class: 'good' },
  { code: 1, name: 'nodata', class: 'good' },
  { code: 2, name: 'referral', class: 'good' },
  { code: 3, name: 'nxdomain', class: 'good' },
  { code: 4, name: 'truncated', class: 'good' },
  { code: 10, name: 'servfail', class: 'bad' },
  { code: 11, name: 'lame', class: 'bad' },
  { code: 12, name: 'wrong_answer', class: 'bad' },
  { code: 13, name: 'timeout', class: 'bad' },
  { code: 14, name: 'unreachable', class: 'bad' },
  { code: 20, name: 'formerr', class: 'excluded' },
  { code: 21, name: 'notimp', class: 'excluded' },
  { code: 22, name: 'badvers', class: 'excluded' },
  { code: 30, name: 'refused_foreign', class: 'excluded' },
  { code: 31, name: 'rate_limited', class: 'excluded' },
  { code: 40, name: 'unknown', class: 'excluded' },
] as const satisfies readonly OutcomeKind[];

/** The name of an outcome. */
export type OutcomeName = (typeof OUTCOMES)[number]['name'];

/** Outcome name → code. */
export const OUTCOME = Object.fromEntries(OUTCOMES.map((kind) => [kind.name, kind.code])) as Record<
  OutcomeName,
  number
>;

/** The column value that says "no latency known": a coarse clock, no pair, a timeout. */
export const LATENCY_NONE = 0xffff_ffff;
/** The column value that says "no rcode": nothing was answered. */
export const RCODE_NONE = 0xffff;

/** From where an outcome was seen. */
export const VANTAGE = { server: 0, resolver: 1, probe: 2 } as const;
/** The name of a vantage. */
export type Vantage = keyof typeof VANTAGE;

/** Most outcomes one batch may hold: a row index fits 16 bits, and a batch stays below the largest record. */
export const BATCH_OUTCOMES_MAX = 65_536;
/** Most bytes of one batch; larger ones are refused, so that a record always fits the broker's message limit. */
export const BATCH_BYTES_MAX = 256 * 1024;
/** How far in the future an outcome may lie before its batch is refused: clocks of nodes are wrong, but not by more than this. */
export const FUTURE_US_MAX = 5_000_000;

/** What the sender could not see; counters over the time since its previous batch. -1 means unknown. */
export interface Completeness {
  readonly observed: number;
  readonly sampledOut: number;
  readonly droppedAgent: number;
  readonly droppedSource: number;
  readonly serverQueries: number;
  readonly unpairedQueries: number;
  readonly orphanResponses: number;
  readonly malformed: number;
}

/** A release: software version and configuration revision are both dimensions, since the fault of 2021 was a configuration. */
export interface Release {
  readonly softwareVersion: string;
  readonly configRev: string;
}

/** The release as one word, `v2.1.5+c42`: the key of every cohort. */
export const releaseName = (release: Release): string => `${release.softwareVersion}+${release.configRev}`;

/**
 * One batch of one node, decoded: an envelope and columns; entry i of every column belongs to outcome i.
 * `(nodeId, agentBootId, seq)` is its identity: counted once, however often it arrives.
 */
export interface OutcomeBatch extends Release {
  readonly schema: 1;
  readonly nodeId: string;
  /** A 64-bit number in decimal: new at each start of the agent. */
  readonly agentBootId: string;
  /** Gapless within `agentBootId`, from 1. */
  readonly seq: number;
  /** A 64-bit number in decimal: new at each start of the DNS server; '0' unknown. */
  readonly serverBootId: string;
  /** Who looked, where that is not the node itself (a prober). */
  readonly observerId: string;
  /** Outcomes (rows) this boot published so far, this batch included; 0 unknown. It names what missing batches held. */
  readonly published: number;
  readonly pop: string;
  readonly region: string;
  /** canary, early, prod … */
  readonly ring: string;
  /** A value of `VANTAGE`. */
  readonly vantage: number;
  /** Event time of the batch, µs since the epoch; `dtUs` counts from here. */
  readonly t0Us: number;
  /** Outcomes in the batch. */
  readonly n: number;
  readonly completeness: Completeness;
  /** Dictionary of zone names: lower case, no trailing dot. Empty when `zoneId` is used. */
  readonly zones: readonly string[];
  readonly dtUs: Uint32Array;
  /** Index into `zones`; empty when `zoneId` is used. */
  readonly zoneIx: Uint16Array;
  readonly latencyUs: Uint32Array;
  readonly outcome: Uint8Array;
  readonly qtype: Uint16Array;
  readonly rcode: Uint16Array;
  /** dnstap's numbers: UDP 1, TCP 2, DOT 3, DOH 4 … */
  readonly transport: Uint8Array;
  /** v6 1, tc 2, aa 4, do 8, ecs 16. */
  readonly flags: Uint8Array;
  /** How many outcomes each row stands for (sampling); absent = 1 each. */
  readonly weight: Uint32Array | undefined;
  /** Ids of `registry.zones`, in place of `zones` and `zoneIx`. */
  readonly zoneId: Uint32Array | undefined;
  /** Length of the query name in octets (255 = longer), to group failures by. */
  readonly qnameLen: Uint8Array | undefined;
}
