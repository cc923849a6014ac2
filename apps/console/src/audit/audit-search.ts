/** What of the record is shown, as the address says it. */
export interface AuditSearch {
  /** `events`: everything of a stream, or from a position on; acts of people and programs otherwise. */
  readonly show?: 'events';
  readonly actor?: string;
  readonly subject?: string;
  readonly stream?: string;
  readonly type?: string;
  /** ISO 8601 in UTC. */
  readonly from?: string;
  readonly to?: string;
  /** Events behind this position. */
  readonly after?: number;
}

const TEXTS = ['actor', 'subject', 'stream', 'type'] as const;
const MOMENTS = ['from', 'to'] as const;

const moment = (value: unknown): string | undefined => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  // The API takes whole seconds.
  return Number.isNaN(at) ? undefined : new Date(Math.floor(at / 1_000) * 1_000).toISOString();
};

/** What an address says of the record; what is none of it is left out. */
export const readAuditSearch = (search: Readonly<Record<string, unknown>>): AuditSearch => {
  const texts = TEXTS.flatMap((name) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? [[name, value.slice(0, 500)] as const] : [];
  });
  const moments = MOMENTS.flatMap((name) => {
    const value = moment(search[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  const { show, after } = search;
  return {
    ...(show === 'events' && { show }),
    ...Object.fromEntries([...texts, ...moments]),
    ...(Number.isSafeInteger(after) && Number(after) >= 0 && { after: Number(after) }),
  };
};

/** `2026-11-28T08:15`, as a field for a moment has it, in the zone; empty: any time. */
export const fieldOf = (iso: string | undefined, zone: 'UTC' | 'local'): string => {
  if (iso === undefined) return '';
  const at = Date.parse(iso);
  const shift = zone === 'UTC' ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - shift).toISOString().slice(0, 19);
};

/** The moment of such a field, ISO 8601 in UTC; undefined: it is empty. */
export const momentOfField = (text: string, zone: 'UTC' | 'local'): string | undefined =>
  text === '' ? undefined : moment(zone === 'UTC' ? `${text}Z` : text);
