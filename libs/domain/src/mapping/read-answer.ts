import { type Mapping, RCODE_NONE } from '#contracts';
import type { Observation } from '../outcome/classify.js';
import { isYes, NOTHING, qtypeOf } from './dns-words.js';
import { readOptional, readPath } from './record-path.js';
import { numberOf } from './record-time.js';

/** Records of an authority section that are looked at: an honest one has a dozen name servers. */
const AUTHORITY_MAX = 32;
/** Characters of types written one after the other; as many as of so many records. */
const AUTHORITY_CHARACTERS_MAX = 512;

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
        ? value.slice(0, AUTHORITY_CHARACTERS_MAX).split('|')
        : [];
    const types = new Set(
      entries.slice(0, AUTHORITY_MAX).map((entry) => qtypeOf(typeof entry === 'object' ? typeOf(entry) : entry)),
    );
    return { soa: types.has(6), ns: types.has(2) };
  };
};

/** Reads what became of a query from its response. */
export type ReadAnswer = (
  record: unknown,
  seen: { readonly rcode: number; readonly zoneAssigned: boolean; readonly latencyUs: number | undefined },
) => Observation;

/** The reader of a response; without rcode there is nothing to be read. */
export const createAnswerReader = (mapping: Mapping): ReadAnswer => {
  const answers = mapping.answers === undefined ? undefined : readPath(mapping.answers);
  const [authority, aa, tc] = [readAuthority(mapping.authority), readOptional(mapping.aa), readOptional(mapping.tc)];
  return (record, { rcode, zoneAssigned, latencyUs }) => {
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
};
