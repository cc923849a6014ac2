import type { Queryable } from '../database.js';
import { json, projection } from './projection.js';

const set = (
  tx: Queryable,
  column: 'mode' | 'rate_reset',
  { service, ...told }: { readonly service: string },
): Promise<unknown> =>
  tx.query(
    `insert into automation_service (service, ${column}) values ($1, $2::jsonb)
     on conflict (service) do update set ${column} = excluded.${column}`,
    [service, json(told)],
  );

const say = (tx: Queryable, column: 'last_switch' | 'rate_rail', told: object): Promise<unknown> =>
  tx.query(
    `insert into automation (one, ${column}) values (true, $1::jsonb)
     on conflict (one) do update set ${column} = excluded.${column}`,
    [json(told)],
  );

/** What people allow Tocsin to do by itself: the last word of each kind stands; no row: it is as it is shipped. */
export const automationProjection = projection(['automation', 'automation_service'], {
  AutomationSwitched: (tx, told) => say(tx, 'last_switch', told),
  RateRailOpened: (tx, told) => say(tx, 'rate_rail', told),
  AutomationModeSet: (tx, told) => set(tx, 'mode', told),
  RateRailReset: (tx, told) => set(tx, 'rate_reset', told),
});
