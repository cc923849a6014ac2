import { NAME_AT } from '../dnstap/dns-message.js';
import { lower, skipName } from '../dnstap/dns-name.js';
import { QTYPE } from './dns-query.js';
import { groupsOf } from './reverse-name.js';

/** One record of the answer section. */
export interface AnswerRecord {
  readonly type: number;
  /** As `canonicalValue` writes it; undefined of a type that is not read, or of data that cannot be. */
  readonly value: string | undefined;
}

/** Most pointers of one name: more than labels fit into it is a loop. */
const POINTERS_MAX = 128;

const u16At = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** A name that may be compressed, lower case, without the last dot; undefined when it cannot be read. */
const readName = (bytes: Uint8Array, offset: number): string | undefined => {
  const labels: string[] = [];
  let [at, pointers, octets] = [offset, 0, 1];
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length === 0) return labels.join('.');
    if (length >= 0xc0) {
      pointers += 1;
      if (pointers > POINTERS_MAX || at + 2 > bytes.length) return undefined;
      at = u16At(bytes, at) & 0x3fff;
      continue;
    }
    octets += 1 + length;
    if (length > 63 || octets > 255 || at + 1 + length > bytes.length) return undefined;
    labels.push(String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length).map(lower)));
    at += 1 + length;
  }
};

const readText = (bytes: Uint8Array, from: number, to: number): string => {
  let text = '';
  for (let at = from; at < to; at += 1 + (bytes[at] ?? 0))
    text += String.fromCharCode(...bytes.subarray(at + 1, Math.min(to, at + 1 + (bytes[at] ?? 0))));
  return text;
};

const groupsText = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':');

/** The serial is behind two names. */
const readSerial = (bytes: Uint8Array, from: number, to: number): string | undefined => {
  const second = skipName(bytes, from, to);
  const at = second === undefined ? undefined : skipName(bytes, second, to);
  if (at === undefined || at + 4 > to) return undefined;
  return String(u16At(bytes, at) * 0x10000 + u16At(bytes, at + 2));
};

const readValue = (bytes: Uint8Array, type: number, from: number, to: number): string | undefined => {
  switch (type) {
    case QTYPE.A:
      return to - from === 4 ? bytes.subarray(from, to).join('.') : undefined;
    case QTYPE.AAAA:
      return to - from === 16
        ? groupsText(Array.from({ length: 8 }, (_unused, i) => u16At(bytes, from + 2 * i)))
        : undefined;
    case QTYPE.CNAME:
    case QTYPE.NS:
    case QTYPE.PTR:
      return readName(bytes, from);
    case QTYPE.TXT:
      return readText(bytes, from, to);
    case QTYPE.SOA:
      return readSerial(bytes, from, to);
    default:
      return undefined;
  }
};

/**
 * The answer section of a response, as far as it can be read; never throws, whatever the packet holds. Each record takes eleven
 * octets at least, so the count in the header cannot make this long.
 */
export const readAnswers = (bytes: Uint8Array): readonly AnswerRecord[] => {
  const answers: AnswerRecord[] = [];
  let at: number | undefined = NAME_AT;
  for (let i = u16At(bytes, 4); i > 0 && at !== undefined; i -= 1) {
    at = skipName(bytes, at, bytes.length);
    if (at !== undefined) at += 4;
  }
  for (let i = u16At(bytes, 6); i > 0 && at !== undefined; i -= 1) {
    const fixed: number | undefined = skipName(bytes, at, bytes.length);
    if (fixed === undefined || fixed + 10 > bytes.length) break;
    const end: number = fixed + 10 + u16At(bytes, fixed + 8);
    if (end > bytes.length) break;
    const type = u16At(bytes, fixed);
    answers.push({ type, value: readValue(bytes, type, fixed + 10, end) });
    at = end;
  }
  return answers;
};

/** A value as it is compared: addresses in one spelling, names in lower case without the last dot. */
export const canonicalValue = (type: number, text: string): string => {
  if (type === QTYPE.TXT) return text;
  const groups = type === QTYPE.AAAA ? groupsOf(text) : undefined;
  return groups === undefined ? text.toLowerCase().replace(/\.$/, '') : groupsText(groups);
};
