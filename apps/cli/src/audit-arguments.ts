import { parseArgs } from 'node:util';
import { type KeptHead, KEPT_HEADS_SENT_MAX, keptHeadSchema } from '#contracts';
import type { Common } from './connection.js';
import { type DoorAsked, doorOf, part, readGiven } from './door-arguments.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How these are written. */
export const AUDIT_USAGE: readonly CommandUsage[] = [
  {
    name: 'audit ls',
    takes: '[--actor A] [--subject S] [--stream S] [--type T] [--from TIME] [--to TIME]',
    isList: true,
    says: 'who did what and why, newest first; A is operator:ann, S is key:k1 or a stream',
    example: 'audit ls --actor operator:ann',
  },
  {
    name: 'audit show',
    takes: '<position>',
    says: 'one act: what it changed, who did it, by which request, and its links in the chain',
    example: 'audit show 1204',
  },
  {
    name: 'audit verify',
    takes: '[--head POSITION:DIGEST]…',
    says: 'whether every event is what was appended; --head: one that was kept elsewhere, again for more',
    example: 'audit verify --json',
  },
];

/** The chains of all events are verified. */
export interface AuditVerifyAsked extends Common {
  readonly command: 'audit verify';
  readonly keptHeads: readonly KeptHead[];
}

/** `1204:3f…` as a head. */
const headOf = (text: string): KeptHead => {
  const [position, digest, ...more] = text.split(':');
  const read = keptHeadSchema.safeParse({ position: Number(position), digest });
  if (!read.success || more.length > 0)
    throw new UsageError(`--head ${text}: expected POSITION:DIGEST, as a verification tells it`);
  return read.data;
};

const verifyOf = (args: readonly string[]): AuditVerifyAsked => {
  const parse = () => {
    try {
      return parseArgs({
        args: [...args],
        strict: true,
        options: {
          json: { type: 'boolean', default: false },
          url: { type: 'string' },
          key: { type: 'string' },
          head: { type: 'string', multiple: true, default: [] },
        },
      });
    } catch (cause) {
      throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  };
  const { json, url, key, head } = parse().values;
  if (head.length > KEPT_HEADS_SENT_MAX) throw new UsageError(`--head: at most ${KEPT_HEADS_SENT_MAX} of them`);
  return { command: 'audit verify', keptHeads: head.map(headOf), json, url, key };
};

const listed = (args: readonly string[]): DoorAsked =>
  readList(args, {
    what: 'audit ls',
    path: '/v1/audit',
    rows: 'acts',
    shows: 'acts',
    takes: ['actor', 'subject', 'stream', 'type', 'from', 'to'],
    queryOf: ({ actor, subject, stream, type, from, to }) => ({ actor, subject, stream, type, from, to }),
  });

/** Reads what follows `audit`. */
export const readAuditArguments = ([action = '', ...rest]: readonly string[]): DoorAsked | AuditVerifyAsked => {
  if (action === 'verify') return verifyOf(rest);
  if (action === 'ls') return listed(rest);
  if (action !== 'show') throw new UsageError(`audit ${action}: expected audit ls, show <position> or verify`);
  const given = readGiven('audit show', rest, ['the position of an event'], []);
  return doorOf(given, { method: 'get', path: `/v1/audit/${part(given.named[0] ?? '')}`, shows: 'act' });
};
