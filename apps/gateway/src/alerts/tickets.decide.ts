import { refuse, type Refusal } from '#contracts';
import { objectOf, textOf } from './external-fields.js';

/** Tickets of one request: a system that counts tells a minute of a disaster at most. */
export const TICKETS_MAX = 100_000;
const ID_CHARS_MAX = 200;
/** Where ticket systems put the id of a ticket: Zendesk, Jira, Freshdesk, ServiceNow, and whoever writes it plainly. */
const ID_PATHS: readonly (readonly string[])[] = [
  ['ticket', 'id'],
  ['detail', 'id'],
  ['issue', 'key'],
  ['freshdesk_webhook', 'ticket_id'],
  ['sys_id'],
  ['number'],
  ['id'],
];

/** New tickets that a request tells of. */
export interface ToldTickets {
  readonly count: number;
  /** Of a single ticket, where it is known: told again it is the same. */
  readonly ticketId: string | undefined;
}

const at = (body: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => objectOf(value)?.[key], body);

const idIn = (body: unknown): string | undefined => {
  for (const path of ID_PATHS) {
    const value = at(body, path);
    const id = textOf(typeof value === 'number' ? String(value) : value, ID_CHARS_MAX);
    if (id !== undefined) return id;
  }
  return undefined;
};

/** A count where the body has one, else one ticket: whatever a ticket system says of it. */
export const readTickets = (body: unknown): ToldTickets | Refusal => {
  const object = objectOf(body);
  if (object === undefined) return refuse('BODY_INVALID', 'expected a JSON object: a count, or a ticket');
  const { count } = object;
  if (count === undefined) return { count: 1, ticketId: idIn(object) };
  return Number.isInteger(count) && (count as number) >= 0 && (count as number) <= TICKETS_MAX
    ? { count: count as number, ticketId: undefined }
    : refuse('BODY_INVALID', `expected a whole number from 0 to ${TICKETS_MAX}`, '/count');
};
