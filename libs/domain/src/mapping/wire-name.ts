import { LABEL_OCTETS_MAX } from '../dnstap/dns-name.js';

/** Longest name read, in characters: 255 octets that are all written as `\DDD` have 1,020. Longer ones are nobody's. */
const NAME_CHARACTERS_MAX = 1_024;

const UTF8 = new TextEncoder();
/** One octet or character: `\DDD`, `\X`, or itself. */
const PIECE = /\\(\d{3})|\\([^\d])|([^\\])/gsu;

/** Why a text is no name. */
export type WireNameFault = 'too long' | 'an empty label' | 'a label over 63 octets' | 'a broken escape';

const octetsOf = (name: string): (number | '.')[] | undefined => {
  const octets: (number | '.')[] = [];
  let end = 0;
  for (const match of name.matchAll(PIECE)) {
    const [whole, decimal, escaped, plain] = match;
    if (match.index !== end) return undefined;
    end = match.index + whole.length;
    if (decimal !== undefined && Number(decimal) > 255) return undefined;
    if (plain === '.') octets.push('.');
    else if (decimal !== undefined) octets.push(Number(decimal));
    else octets.push(...UTF8.encode(escaped ?? plain ?? ''));
  }
  return end === name.length ? octets : undefined;
};

/**
 * The wire form of a name as people write it, the closing zero included; a name over 255 octets is read too, since servers answer those
 * and the answer is what counts. What is not ASCII is taken as UTF-8.
 */
export const wireNameOf = (name: string): Uint8Array | WireNameFault => {
  if (name.length > NAME_CHARACTERS_MAX) return 'too long';
  if (name === '' || name === '.') return Uint8Array.of(0);
  const octets = octetsOf(name.endsWith('.') && !name.endsWith('\\.') ? name.slice(0, -1) : name);
  if (octets === undefined) return 'a broken escape';
  const wire: number[] = [];
  let label: number[] = [];
  for (const octet of [...octets, '.' as const]) {
    if (octet !== '.') {
      label.push(octet);
      continue;
    }
    if (label.length === 0) return 'an empty label';
    if (label.length > LABEL_OCTETS_MAX) return 'a label over 63 octets';
    wire.push(label.length, ...label);
    label = [];
  }
  return Uint8Array.from([...wire, 0]);
};
