import type { ChannelRow, DeliverySubject } from './deliveries-for.js';
import type { Queryable } from '../database.js';

/** The channels that deliveries are made for. */
export interface ChannelRepository {
  /** From now on pages, or commands, are also delivered through this channel. Registering again changes the subject. */
  readonly register: (name: string, subject: DeliverySubject) => Promise<void>;
  /** From now on nothing is delivered through this channel; what was asked for before stays due. */
  readonly unregister: (name: string) => Promise<void>;
  readonly list: () => Promise<readonly ChannelRow[]>;
}

/** Channels in PostgreSQL. */
export const createChannelRepository = (database: Queryable): ChannelRepository => ({
  register: async (name, subject) => {
    await database.query(
      `insert into channel (name, subject) values ($1, $2) on conflict (name) do update set subject = excluded.subject`,
      [name, subject],
    );
  },
  unregister: async (name) => {
    await database.query('delete from channel where name = $1', [name]);
  },
  list: () => database.query<ChannelRow>('select name, subject from channel order by name'),
});
