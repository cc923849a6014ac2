import type { Common } from './connection.js';
import { type DoorAsked, readGiven } from './door-arguments.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How customers are written. */
export const CUSTOMERS_USAGE: readonly CommandUsage[] = [
  {
    name: 'customers ls',
    takes: '[--tier T] [--sector S] [--country C]',
    isList: true,
    says: 'who is served, the critical ones first',
    example: 'customers ls --tier tier1',
  },
  {
    name: 'customers import',
    takes: '<file> [--dry-run] [--comment WHY]',
    says: 'from YAML or CSV; everything that is wrong with it at once',
    example: 'customers import customers.csv --dry-run',
  },
  {
    name: 'customers export',
    takes: '<file>',
    says: 'as YAML or CSV, which import reads',
    example: 'customers export customers.yml',
  },
];

/** What is wanted of the customers, to or from a file. */
export type WantedOfCustomers =
  | { readonly action: 'import'; readonly file: string; readonly dryRun: boolean; readonly comment?: string }
  | { readonly action: 'export'; readonly file: string };

/** Customers are written to a file or read from one. */
export interface CustomersAsked extends Common {
  readonly command: 'customers';
  readonly wanted: WantedOfCustomers;
}

/** Reads what follows `customers`. */
export const readCustomerArguments = ([action = '', ...rest]: readonly string[]): CustomersAsked | DoorAsked => {
  const what = `customers ${action}`;
  if (action === 'ls')
    return readList(rest, {
      what,
      path: '/v1/customers',
      rows: 'customers',
      shows: 'customers',
      takes: ['tier', 'sector', 'country'],
      queryOf: ({ tier, sector, country }) => ({ tier, sector, country }),
    });
  if (action !== 'import' && action !== 'export')
    throw new UsageError(`${what}: expected customers ls, import <file> or export <file>`);
  const { values, named } = readGiven(what, rest, ['a file'], action === 'import' ? ['dry-run', 'comment'] : []);
  const [file = ''] = named;
  const { json, url, key, comment } = values;
  const wanted: WantedOfCustomers =
    action === 'export'
      ? { action, file }
      : { action, file, dryRun: values['dry-run'], ...(comment === undefined ? {} : { comment }) };
  return { command: 'customers', wanted, json, url, key };
};
