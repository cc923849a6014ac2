import { FUTURE_US_MAX, LATENCY_NONE, type Mapping, OUTCOME, RCODE_NONE, refuse, type Refusal } from '#contracts';
import { classify } from '../outcome/classify.js';
import { type FindZone, type FoundZone, NO_ZONE } from '../dnstap/zone-finder.js';
import { isV6, isYes, NOTHING, qtypeOf, rcodeOf, transportOf } from './dns-words.js';
import { createAnswerReader } from './read-answer.js';
import { cite, placesOf, unreadable } from './record-fault.js';
import { readOptional, readPath } from './record-path.js';
import { readLatency, readTime } from './record-time.js';
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
const QNAME_LEN_MAX = 255;
const NOWHERE: FoundZone = { zone: NO_ZONE, isAssigned: false };

const isResponse = (only: Mapping['only']): ((record: unknown) => boolean) => {
  if (only === undefined) return () => true;
  const read = readPath(only.path);
  const accepted = only.in === undefined ? undefined : new Set<unknown>(only.in);
  return (record) => {
    const value = read(record);
    return value !== undefined && (accepted?.has(value) ?? true);
  };
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

const createFlagsReader = (mapping: Mapping): ((record: unknown) => number) => {
  const [family, tc] = [readOptional(mapping.family), readOptional(mapping.tc)];
  const [aa, dnssecOk] = [readOptional(mapping.aa), readOptional(mapping.do)];
  return (record) =>
    (isV6(family(record)) ? 1 : 0) |
    (isYes(tc(record)) ? 2 : 0) |
    (isYes(aa(record)) ? 4 : 0) |
    (isYes(dnssecOk(record)) ? 8 : 0);
};

/** Makes the reader of a producer's records. Names lie in the longest of the zones that `findZone` knows, or in that of their last two labels. */
export const createRecordMapper = (mapping: Mapping, findZone: FindZone): MapRecord => {
  const isOne = isResponse(mapping.only);
  const [atOf, timeOf, latencyOf] = [readTime(mapping.time), readPath(mapping.time.path), readLatency(mapping.latency)];
  const [nameOf, qtypeAt, rcodeAt] = [readPath(mapping.name), readPath(mapping.qtype), readPath(mapping.rcode)];
  const [nodeOf, transportAt] = [readOptional(mapping.node), readOptional(mapping.transport)];
  const readFlags = createFlagsReader(mapping);
  const observe = createAnswerReader(mapping);

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
    const outcome = classify(observe(record, { rcode, zoneAssigned: isAssigned, latencyUs: believed }));
    return {
      node: typeof node === 'string' && node !== NOTHING ? node : undefined,
      atUs,
      zone,
      latencyUs: believed ?? LATENCY_NONE,
      outcome: outcome ?? OUTCOME.unknown,
      // A type that was registered after us is still a query.
      qtype: qtypeOf(qtypeValue) ?? 0,
      rcode,
      transport: transportOf(transportAt(record)),
      flags: readFlags(record),
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
