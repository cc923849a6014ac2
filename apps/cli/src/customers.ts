import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CUSTOMER_FILE_BYTES_MAX, readCustomers, writeCustomers } from '#config';
import { type Customer, customerSchema } from '#contracts';
import type { ApiClient } from './api-client.js';
import { UsageError, type WantedOfCustomers } from './arguments.js';
import { formatCount } from './figures.js';
import { formatTable } from './table.js';

const page = z.object({ customers: z.array(customerSchema), total: z.number(), next: z.string().nullable() });
const registered = z.object({
  results: z.array(z.object({ customerId: z.string(), result: z.enum(['new', 'changed', 'unchanged']) })),
});

/** What became of customers. */
export type CustomersAnswer =
  | { readonly action: 'ls'; readonly customers: readonly Customer[] }
  | { readonly action: 'export'; readonly file: string; readonly count: number }
  | ({ readonly action: 'import'; readonly dryRun: boolean } & z.infer<typeof registered>);

/** As many as one request takes. */
const PAGE = 1_000;

const readAll = async (api: ApiClient, filter: Readonly<Record<string, string>>): Promise<readonly Customer[]> => {
  const all: Customer[] = [];
  for (let after: string | undefined; ;) {
    const query = new URLSearchParams({ ...filter, limit: String(PAGE), ...(after === undefined ? {} : { after }) });
    const { customers, next } = page.parse(await api.get(`/v1/customers?${query.toString()}`));
    all.push(...customers);
    if (next === null) return all;
    after = next;
  }
};

const textOf = (file: string): string => {
  try {
    if (statSync(file).size > CUSTOMER_FILE_BYTES_MAX)
      throw new UsageError(`${file}: more than ${CUSTOMER_FILE_BYTES_MAX} bytes`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, { cause });
  }
};

/** A thousand customers a request; each request is taken whole or not at all. */
const importAll = async (
  api: ApiClient,
  { file, dryRun, comment }: Extract<WantedOfCustomers, { action: 'import' }>,
): Promise<CustomersAnswer> => {
  const { config, problems } = readCustomers(textOf(file), file);
  if (problems !== undefined) throw new UsageError(problems.join('\n'));
  const results = [];
  for (let from = 0; from < config.customers.length; from += PAGE) {
    const customers = config.customers.slice(from, from + PAGE);
    const answer = await api.post(`/v1/customers?dryRun=${dryRun}`, { customers, comment });
    results.push(...registered.parse(answer).results);
  }
  return { action: 'import', dryRun, results };
};

/** Lists, imports or exports. */
export const askCustomers = async (api: ApiClient, wanted: WantedOfCustomers): Promise<CustomersAnswer> => {
  switch (wanted.action) {
    case 'ls':
      return { action: 'ls', customers: await readAll(api, wanted.filter) };
    case 'export': {
      const customers = await readAll(api, {});
      writeFileSync(wanted.file, writeCustomers(customers, wanted.file));
      return { action: 'export', file: wanted.file, count: customers.length };
    }
    case 'import':
      return importAll(api, wanted);
  }
};

/** The answer for people; of an import the customers that are new or changed. */
export const formatCustomers = (answer: CustomersAnswer): readonly string[] => {
  switch (answer.action) {
    case 'ls':
      return formatTable(
        ['customer', 'name', 'tier', 'critical', 'sector', 'countries', 'zones'],
        answer.customers.map(({ customerId, name, tier, critical, sector = '', countries = [], zones }) => [
          customerId,
          name,
          tier,
          critical ? 'critical' : '',
          sector,
          countries.join(' '),
          formatCount(zones.length),
        ]),
      );
    case 'export':
      return [`${formatCount(answer.count)} customers are in ${answer.file}`];
    case 'import': {
      const count = (wanted: string): number => answer.results.filter(({ result }) => result === wanted).length;
      const news = answer.results.filter(({ result }) => result !== 'unchanged');
      return [
        ...news.map(({ customerId, result }) => `${result}: ${customerId}`),
        `${count('new')} new, ${count('changed')} changed, ${count('unchanged')} unchanged${answer.dryRun ? '; dry run, nothing was done' : ''}`,
      ];
    }
  }
};
