import {
  encodeHeader,
  encodeLongName,
  encodeName,
  encodeOpt,
  encodeQuestion,
  FLAG_RD,
  type Octets,
  QTYPE,
} from './dns-query.js';
import type { Expectation } from './judge.js';
import { MALFORMED_CASES } from './malformed-packets.js';
import { reverseName } from './reverse-name.js';
import type { Rhythm } from './schedule.js';

/** The five loads of the incident study's tester. */
export const PROBE_FAMILIES = ['normal', 'malformed', 'oversized', 'high_frequency', 'edge_case'] as const;
/** One of them. */
export type ProbeFamily = (typeof PROBE_FAMILIES)[number];

/** Domains whose resolution the study's recovery check looked at. */
export const CRITICAL_DOMAINS = [
  'delta.com',
  'ups.com',
  'fidelity.com',
  'playstation.com',
  'bbc.com',
  'salesforce.com',
] as const;

/**
 * How often a target gets each load.
 * - normal: two a second, so that an outage of 2 s leaves four probes unanswered, more than a lost packet or two explain;
 * - malformed, oversized, edge cases: one in 10 s each; a crash shows within 10 s, and the rules' own windows are no shorter. The 23
 *   malformed cases come round in four minutes;
 * - high frequency: 50 within 0.25 s, once a minute: 200 a second for a moment, nothing to a name server, and what rate limits
 *   (often 200 a second) just pass.
 */
export const DEFAULT_RHYTHMS: Readonly<Record<ProbeFamily, Rhythm>> = {
  normal: { everyMs: 500, burst: 1, spacingMs: 0 },
  malformed: { everyMs: 10_000, burst: 1, spacingMs: 0 },
  oversized: { everyMs: 10_000, burst: 1, spacingMs: 0 },
  high_frequency: { everyMs: 60_000, burst: 50, spacingMs: 5 },
  edge_case: { everyMs: 10_000, burst: 1, spacingMs: 0 },
};

/** A name that is asked for, in a zone that the target serves. */
export interface ProbedName {
  /** Lower case, A-labels, no last dot. */
  readonly name: string;
  readonly zone: string;
  readonly qtype: number;
  readonly expect: Expectation;
}

/** What a target is asked. */
export interface ProbedTarget {
  /** At least one. */
  readonly names: readonly ProbedName[];
  /** `unicode-domain-ñ` as an A-label: Unicode is not converted here. */
  readonly unicodeLabel: string;
  /** A resolver is to ask on. */
  readonly isResolver: boolean;
}

/** One probe, but for its id. */
export interface Probe {
  readonly family: ProbeFamily;
  /** Which case of its family. */
  readonly label: string;
  readonly zone: string;
  readonly qtype: number;
  /** undefined: there is no right answer. */
  readonly expect: Expectation | undefined;
  readonly packet: (id: number) => Uint8Array;
}

const queryOf = (flags: number, name: Octets, qtype: number) => (id: number) =>
  Uint8Array.from([...encodeHeader({ id, flags, additional: 1 }), ...encodeQuestion(name, qtype), ...encodeOpt()]);

/** A number beyond the end begins anew: probe n of a family takes the n-th case. */
const take = <T>(all: readonly T[], n: number): T => {
  const found = all[n % all.length];
  if (found === undefined) throw new Error('a target has at least one name to be asked for');
  return found;
};

const soundProbe = (family: ProbeFamily, { name, zone, qtype, expect }: ProbedName, flags: number): Probe => {
  const wire = encodeName(name);
  if (wire === undefined) throw new Error(`${name}: longer than a name may be`);
  return { family, label: name, zone, qtype, expect, packet: queryOf(flags, wire, qtype) };
};

const hostileProbe = (
  family: ProbeFamily,
  label: string,
  zone: string,
  packet: (id: number) => Iterable<number>,
): Probe => ({
  family,
  label,
  zone,
  qtype: QTYPE.A,
  expect: undefined,
  packet: (id) => Uint8Array.from(packet(id)),
});

/** The study's oversized name: 300 times `a` before the zone. */
const OVERSIZED_LABEL = 'a'.repeat(300);
/** The study's edge case: 380 characters, which as one label no packet can hold. */
const LONG_LABEL = 'very-long-subdomain'.repeat(20);
/** Names that are sound, and exist or not; who does not serve their zone may refuse. */
const EXISTS_OR_NOT: Expectation = { rcodes: [0, 3], minAnswers: 0 };
const ANY_ANSWER: Expectation = { rcodes: [0, 3, 5, 9], minAnswers: 0 };
const PTR_ADDRESSES = ['192.168.1.1', '2001:db8::1'] as const;

const longProbe = (family: ProbeFamily, label: string, zone: string, flags: number): Probe =>
  hostileProbe(family, `${label.slice(0, 20)}…`, zone, queryOf(flags, encodeLongName(`${label}.${zone}`), QTYPE.A));

const edgeCases = ({ names, unicodeLabel }: ProbedTarget, n: number, flags: number): readonly Probe[] => {
  const { zone } = take(names, n);
  const sound = (name: string, qtype: number, expect: Expectation): Probe =>
    soundProbe('edge_case', { name, zone, qtype, expect }, flags);
  return [
    longProbe('edge_case', LONG_LABEL, zone, flags),
    sound(`${unicodeLabel}.${zone}`, QTYPE.A, EXISTS_OR_NOT),
    // As the study writes it: not the name of any address, but a name.
    sound('192.168.1.1.in-addr.arpa', QTYPE.PTR, ANY_ANSWER),
    ...PTR_ADDRESSES.map((address) => sound(reverseName(address) ?? address, QTYPE.PTR, ANY_ANSWER)),
  ];
};

/** The n-th probe of a family for a target. */
export const probeOf = (family: ProbeFamily, n: number, target: ProbedTarget): Probe => {
  const flags = target.isResolver ? FLAG_RD : 0;
  switch (family) {
    case 'normal':
    case 'high_frequency':
      return soundProbe(family, take(target.names, n), flags);
    case 'malformed': {
      const { name, packet } = take(MALFORMED_CASES, n);
      // A zone per round of cases, so that each zone gets each case.
      const { zone } = take(target.names, Math.floor(n / MALFORMED_CASES.length));
      return hostileProbe(family, name, zone, (id) => packet(id, zone));
    }
    case 'oversized':
      return longProbe(family, OVERSIZED_LABEL, take(target.names, n).zone, flags);
    case 'edge_case': {
      const count = edgeCases(target, 0, flags).length;
      return take(edgeCases(target, Math.floor(n / count), flags), n);
    }
  }
};
