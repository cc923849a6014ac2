import { FUTURE_US_MAX, LATENCY_NONE, type Mapping, RCODE_NONE, refuse, type Refusal } from '#contracts';
import { classify, type Observation } from '../outcome/classify.js';
import { type FindZone, type FoundZone, NO_ZONE } from '../dnstap/zone-finder.js';
import { isV6, isYes, qtypeOf, rcodeOf, transportOf } from './dns-words.js';
import { readPath, type ReadValue } from './record-path.js';
import { numberOf, readLatency, readTime } from './record-time.js';
import { wireNameOf } from './wire-name.js';

/** One outcome of a record of another producer, as a row of a batch. */
export interface MappedOutcome {
  /** What the record says; undefined when it says nothing of the kind. */
  readonly node: string | undefined;
  readonly atUs: number;
  readonly zone: string;
  readonly latencyUs: number;
  readonly outcome: number;
  readonly qtype: number;
  readonly rcode: number;
  readonly transport: number;
  readonly flags: number;
  readonly qnameLen: number;
}

/** What became of a record: an outcome, none since it is no response, or why it cannot be read. */
export type MappedRecord = MappedOutcome | 'skipped' | Refusal;

/** Reads one record; it never throws, whatever JSON holds. */
export type MapRecord = (record: unknown, nowUs: number) => MappedRecord;

/**
 * How far back an outcome may lie: telemetry is kept for as long. Who reads milliseconds as seconds is in 1970, and would fill the
 * segments of that year without a word.
 */
const PAST_US_MAX = 7 * 86_400_000_000;
/** Longest distance of query and response that is believed. */
const LATENCY_US_MAX = 3_600_000_000;
/** Records of an authority section that are looked at: an honest one has a dozen name servers. */
const AUTHORITY_MAX = 32;
const QNAME_LEN_MAX = 255;
/** What DNS-collector writes where there is nothing. */
const NOTHING = '-';
const NOWHERE: FoundZone = { zone: NO_ZONE, isAssigned: false };
/** Characters of a value that a reason cites. */
const CITED_MAX = 40;

const cite = (value: unknown): string => {
  if (value === undefined) return 'nothing there';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, CITED_MAX));
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : `a ${Array.isArray(value) ? 'list' : 'record'}`;
};

const placesOf = (path: Mapping['name']): string => (typeof path === 'string' ? path : path.join(' or ')).slice(0, 200);

const unreadable = (field: string, path: Mapping['name'], value: unknown, expected: string): Refusal =>
  refuse('BODY_INVALID', `${field} (${placesOf(path)}): ${cite(value)}: expected ${expected}`);

const readOptional = (path: Mapping['name'] | undefined): ReadValue =>
  path === undefined ? () => undefined : readPath(path);

const isResponse = (only: Mapping['only']): ((record: unknown) => boolean) => {
  if (only === undefined) return () => true;
  const read = readPath(only.path);
  const accepted = only.in === undefined ? undefined : new Set<unknown>(only.in);
  return (record) => {
    const value = read(record);
    return value !== undefined && (accepted?.has(value) ?? true);
  };
};

/** A count, a list, or texts with `|` between them. */
const countOf = (value: unknown): number => {
  if (Array.isArray(value)) return value.length;
  const number = numberOf(value);
  if (number !== undefined) return number;
  return typeof value === 'string' && value !== '' && value !== NOTHING ? 1 : 0;
};

interface Authority {
  readonly soa: boolean;
  readonly ns: boolean;
}

const readAuthority = (authority: Mapping['authority']): ((record: unknown) => Authority) => {
  // Who does not tell why there is no answer gets the benefit: no data is what it nearly always is.
  if (authority === undefined) return () => ({ soa: true, ns: false });
  const [read, typeOf] = [readPath(authority.path), readOptional(authority.type)];
  return (record) => {
    const value = read(record);
    const entries: readonly unknown[] = Array.isArray(value)
      ? value
      : typeof value === 'string'
        ? value.slice(0, 512).split('|')
        : [];
    const types = new Set(
      entries.slice(0, AUTHORITY_MAX).map((entry) => qtypeOf(typeof entry === 'object' ? typeOf(entry) : entry)),
    );
    return { soa: types.has(6), ns: types.has(2) };
  };
};

interface Readers {
  readonly answers: ReadValue | undefined;
  readonly authority: (record: unknown) => Authority;
  readonly aa: ReadValue;
  readonly tc: ReadValue;
}

const observe = (
  record: unknown,
  rcode: number,
  zoneAssigned: boolean,
  latencyUs: number | undefined,
  { answers, authority, aa, tc }: Readers,
): Observation => {
  if (rcode === RCODE_NONE) return { kind: 'unreadable' };
  const { soa, ns } = authority(record);
  const answer = {
    rcode,
    tc: isYes(tc(record)),
    aa: isYes(aa(record)),
    answers: answers === undefined ? 1 : countOf(answers(record)),
    soaInAuthority: soa,
    nsInAuthority: ns,
    zoneAssigned,
    contradicted: false,
  };
  return { kind: 'answered', answer, ...(latencyUs === undefined ? {} : { latencyUs }) };
};

const refuseTime = (
  atUs: number | undefined,
  value: unknown,
  { path }: Mapping['time'],
  nowUs: number,
): Refusal | undefined => {
  if (atUs === undefined) return unreadable('time', path, value, 'a time in the unit of the mapping');
  if (atUs - nowUs > FUTURE_US_MAX)
    return refuse(
      'TIME_IN_FUTURE',
      `time (${placesOf(path)}): ${cite(value)} is ${atUs - nowUs} us ahead: at most ${FUTURE_US_MAX}`,
    );
  if (nowUs - atUs > PAST_US_MAX)
    return unreadable('time', path, value, 'a time of the last 7 days; is the unit right?');
  return undefined;
};

/** Makes the reader of a producer's records. Names lie in the longest of the zones that `findZone` knows, or in that of their last two labels. */
export const createRecordMapper = (mapping: Mapping, findZone: FindZone): MapRecord => {
  const isOne = isResponse(mapping.only);
  const [atOf, timeOf, latencyOf] = [readTime(mapping.time), readPath(mapping.time.path), readLatency(mapping.latency)];
  const [nameOf, qtypeAt, rcodeAt] = [readPath(mapping.name), readPath(mapping.qtype), readPath(mapping.rcode)];
  const [nodeOf, transportAt, familyOf] = [mapping.node, mapping.transport, mapping.family].map(readOptional) as [
    ReadValue,
    ReadValue,
    ReadValue,
  ];
  const [aa, tc, dnssecOk] = [mapping.aa, mapping.tc, mapping.do].map(readOptional) as [
    ReadValue,
    ReadValue,
    ReadValue,
  ];
  const answers = mapping.answers === undefined ? undefined : readPath(mapping.answers);
  const readers: Readers = { answers, authority: readAuthority(mapping.authority), aa, tc };

  const flagsOf = (record: unknown): number =>
    (isV6(familyOf(record)) ? 1 : 0) |
    (isYes(tc(record)) ? 2 : 0) |
    (isYes(aa(record)) ? 4 : 0) |
    (isYes(dnssecOk(record)) ? 8 : 0);

  const read = (record: unknown, atUs: number): MappedOutcome | Refusal => {
    const [name, rcodeValue, qtypeValue, node] = [nameOf(record), rcodeAt(record), qtypeAt(record), nodeOf(record)];
    if (typeof name !== 'string') return unreadable('name', mapping.name, name, 'a name');
    const wire = name === NOTHING ? undefined : wireNameOf(name);
    if (typeof wire === 'string') return unreadable('name', mapping.name, name, `a name, and this has or is ${wire}`);
    const rcode = rcodeValue === NOTHING ? RCODE_NONE : rcodeOf(rcodeValue);
    if (rcode === undefined) return unreadable('rcode', mapping.rcode, rcodeValue, 'an rcode');
    if (qtypeValue === undefined) return unreadable('qtype', mapping.qtype, qtypeValue, 'a type');
    const { zone, isAssigned } = wire === undefined ? NOWHERE : findZone(wire, 0, wire.length);
    const latencyUs = latencyOf(record);
    const believed = latencyUs !== undefined && latencyUs <= LATENCY_US_MAX ? latencyUs : undefined;
    const outcome = classify(observe(record, rcode, isAssigned, believed, readers));
    return {
      node: typeof node === 'string' && node !== NOTHING ? node : undefined,
      atUs,
      zone,
      latencyUs: believed ?? LATENCY_NONE,
      outcome: outcome ?? 0,
      // A type that was registered after us is still a query.
      qtype: qtypeOf(qtypeValue) ?? 0,
      rcode,
      transport: transportOf(transportAt(record)),
      flags: flagsOf(record),
      qnameLen: Math.min(QNAME_LEN_MAX, wire?.length ?? 0),
    };
  };

  return (record, nowUs) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return refuse('BODY_UNPARSABLE', `${cite(record)}: expected a JSON object`);
    if (!isOne(record)) return 'skipped';
    const atUs = atOf(record);
    return refuseTime(atUs, timeOf(record), mapping.time, nowUs) ?? read(record, atUs ?? 0);
  };
};
