import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CUSTOMER_FILE_BYTES_MAX, readCustomers, writeCustomers } from '#config';
import { type Customer, customersAnswer, customersRegisteredAnswer } from '#contracts';
import { readAnswer } from './answers.js';
import type { ApiClient } from './api-client.js';
import type { WantedOfCustomers } from './customer-arguments.js';
import { formatCount } from './figures.js';
import type { Progress } from './progress.js';
import { UsageError } from './usage-error.js';

/** What became of customers. */
export type CustomersAnswer =
  | { readonly action: 'export'; readonly file: string; readonly count: number }
  | {
      readonly action: 'import';
      readonly dryRun: boolean;
      readonly results: z.infer<typeof customersRegisteredAnswer>['results'];
    };

/** As many as one request takes. */
const PAGE = 1_000;

const readAll = async (api: ApiClient, progress: Progress): Promise<readonly Customer[]> => {
  const all: Customer[] = [];
  for (let after: string | undefined; ;) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(after === undefined ? {} : { after }) });
    const { customers, next, total } = readAnswer(customersAnswer, await api.get(`/v1/customers?${query.toString()}`));
    all.push(...customers);
    progress.at(all.length, total);
    if (next === null || next === undefined || next === after) return all;
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

/** A thousand customers a request; each request is taken whole or not at all. What fails half way says how far it came: the rest can be sent again. */
const importAll = async (
  api: ApiClient,
  { file, dryRun, comment }: Extract<WantedOfCustomers, { action: 'import' }>,
  progress: Progress,
): Promise<CustomersAnswer> => {
  const { config, problems } = readCustomers(textOf(file), file);
  if (problems !== undefined) throw new UsageError(problems.join('\n'));
  const all = config.customers;
  const results = [];
  for (let from = 0; from < all.length; from += PAGE) {
    const body = { customers: all.slice(from, from + PAGE), ...(comment === undefined ? {} : { comment }) };
    const answer = await api.post(`/v1/customers?dryRun=${dryRun}`, body);
    results.push(...readAnswer(customersRegisteredAnswer, answer).results);
    progress.at(results.length, all.length);
  }
  return { action: 'import', dryRun, results };
};

/** Imports or exports; how far it is stands on a terminal. */
export const askCustomers = async (
  api: ApiClient,
  wanted: WantedOfCustomers,
  progress: Progress,
): Promise<CustomersAnswer> => {
  try {
    if (wanted.action === 'import') return await importAll(api, wanted, progress);
    const customers = await readAll(api, progress);
    writeFileSync(wanted.file, writeCustomers(customers, wanted.file));
    return { action: 'export', file: wanted.file, count: customers.length };
  } finally {
    progress.end();
  }
};

/** The answer for people; of an import the customers that are new or changed. */
export const formatMoved = (answer: CustomersAnswer): readonly string[] => {
  if (answer.action === 'export') return [`${formatCount(answer.count)} customers are in ${answer.file}`];
  const count = (wanted: string): string =>
    formatCount(answer.results.filter(({ result }) => result === wanted).length);
  const news = answer.results.filter(({ result }) => result !== 'unchanged');
  return [
    ...news.map(({ customerId, result }) => `${result}: ${customerId}`),
    `${count('new')} new, ${count('changed')} changed, ${count('unchanged')} unchanged${answer.dryRun ? '; dry run, nothing was done' : ''}`,
  ];
};
