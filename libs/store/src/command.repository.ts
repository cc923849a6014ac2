import type { Command, SignedCommand } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';
import { listLimit } from './list-limit.js';

/** What a command is now. */
export const COMMAND_STATUSES = ['issued', 'signed', 'refused'] as const;
/** What a command is now. */
export type CommandStatus = (typeof COMMAND_STATUSES)[number];

/** A command. Times are ms since the epoch. */
export interface CommandRow {
  readonly commandId: string;
  /** The rollback, redirect, rollout or fallback that it is a part of; the others are null. */
  readonly rollbackId: string | null;
  readonly redirectId: string | null;
  readonly rolloutId: string | null;
  readonly fallbackId: string | null;
  readonly wave: number;
  readonly generation: number;
  readonly status: CommandStatus;
  readonly command: Command;
  readonly signed: SignedCommand | null;
  /** Why the signer did not sign it: `wave: wave 1 is not verified`. */
  readonly refusal: string | null;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Which commands. */
export interface CommandFilter {
  readonly statuses?: readonly CommandStatus[] | undefined;
}

/** Reads commands; the newest first in lists. */
export interface CommandRepository extends List<CommandRow, CommandFilter> {
  /** Commands that were neither signed nor refused, oldest generation first: the order in which they must be signed. */
  readonly listUnsigned: (limit: number) => Promise<readonly CommandRow[]>;
  /** The highest generation of a signed command; 0 when there is none. */
  readonly signedGeneration: () => Promise<number>;
  readonly find: (commandId: string) => Promise<CommandRow | undefined>;
}

const SELECT = `
  select command_id as "commandId", rollback_id as "rollbackId", redirect_id as "redirectId", rollout_id as "rolloutId",
    fallback_id as "fallbackId", wave, generation, status, command, signed, refusal,
    issued_at as "issuedAt", expires_at as "expiresAt"
  from command`;

const ORDER: Order<CommandRow> = {
  list: 'commands',
  columns: [
    { sql: 'generation', kind: 'number', isDescending: true, of: (row) => row.generation },
    { sql: 'command_id', kind: 'text', of: (row) => row.commandId },
  ],
};

/** Commands in PostgreSQL. */
export const createCommandRepository = (database: Queryable): CommandRepository => ({
  ...createList<CommandRow, CommandFilter>(database, ORDER, ({ statuses }) => ({
    select: SELECT,
    where: '($1::text[] is null or status = any($1))',
    values: [statuses ?? null],
  })),
  listUnsigned: (limit) =>
    database.query<CommandRow>(`${SELECT} where status = 'issued' order by generation, command_id limit $1`, [
      listLimit(limit),
    ]),
  signedGeneration: async () =>
    (
      await database.query<{ generation: number | null }>(
        `select max(generation) as generation from command where status = 'signed'`,
      )
    )[0]?.generation ?? 0,
  find: async (commandId) => (await database.query<CommandRow>(`${SELECT} where command_id = $1`, [commandId]))[0],
});

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_COMMANDS };
