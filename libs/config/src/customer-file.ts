import { z } from 'zod';
import { type Customer, customerSchema } from '#contracts';
import { csvField, type CsvField, readCsv } from './csv.js';
import { pointAt } from './source-line.js';
import { readYamlConfig, type YamlRead } from './yaml-config.js';

/** 10,000 customers take some 2 MiB; a longer file is another one, given by mistake. */
export const CUSTOMER_FILE_BYTES_MAX = 16 << 20;
/** Most customers of a file: those of the largest fleet that is measured, ten times. */
const CUSTOMERS_MAX = 100_000;
/** A list of more problems is not read. */
const PROBLEMS_MAX = 20;

const customer = z.strictObject({
  ...customerSchema.shape,
  critical: customerSchema.shape.critical.default(false),
  zones: customerSchema.shape.zones.default([]),
});
const fileSchema = z.strictObject({ customers: z.array(customer).max(CUSTOMERS_MAX) });

/** Customers as a file has them. */
export type CustomerFile = z.output<typeof fileSchema>;

/** Columns of a CSV, named as the keys of the YAML; lists are separated by spaces. */
const COLUMNS = ['customerId', 'name', 'tier', 'critical', 'zones', 'sector', 'countries', 'sites'] as const;
type Column = (typeof COLUMNS)[number];
const isColumn = (name: string): name is Column => (COLUMNS as readonly string[]).includes(name);

const valueOf = (column: Column, text: string): unknown => {
  const given = text.trim();
  if (given === '') return undefined;
  switch (column) {
    case 'zones':
    case 'countries':
      return given.split(/\s+/);
    case 'critical':
      return given === 'true' ? true : given === 'false' ? false : given;
    case 'sites':
      return /^\d+$/.test(given) ? Number(given) : given;
    case 'customerId':
    case 'name':
    case 'tier':
    case 'sector':
      return given;
  }
};

/** A CSV while it is read. */
class CsvFile {
  readonly problems: string[] = [];
  private readonly lines: readonly string[];

  constructor(
    text: string,
    private readonly fileName: string,
  ) {
    this.lines = text.replace(/^\ufeff/, '').split('\n');
  }

  wrong({ line, column }: Pick<CsvField, 'line' | 'column'>, message: string): void {
    if (this.problems.length >= PROBLEMS_MAX) return;
    const source = this.lines[line - 1] ?? '';
    this.problems.push(`${this.fileName}:${line}:${column}: ${message}\n${pointAt(source, column, false)}`);
  }
}

const columnsOf = (head: readonly CsvField[], file: CsvFile): readonly string[] => {
  const names = head.map(({ text }) => text.trim());
  head.forEach((field, at) => {
    const name = names[at] ?? '';
    if (!isColumn(name)) file.wrong(field, `there is no column ${name}; expected ${COLUMNS.join(', ')}`);
    else if (names.indexOf(name) < at) file.wrong(field, `column ${name} comes twice`);
  });
  return names;
};

const customerOf = (row: readonly CsvField[], names: readonly string[], file: CsvFile): Customer | undefined => {
  const [first] = row;
  if (first === undefined) return undefined;
  if (row.length !== names.length) {
    file.wrong(first, `${row.length} fields where the first line has ${names.length}`);
    return undefined;
  }
  const given = names.flatMap((name, at) => {
    const value = isColumn(name) ? valueOf(name, row[at]?.text ?? '') : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  const checked = customer.safeParse(Object.fromEntries(given));
  if (checked.success) return checked.data;
  for (const { path, message } of checked.error.issues) {
    const at = names.indexOf(String(path[0]));
    const isAbsent = at < 0 || row[at]?.text.trim() === '';
    file.wrong(row[at] ?? first, `${path.map(String).join('.')}: ${isAbsent ? 'is missing' : message}`);
  }
  return undefined;
};

const readCsvCustomers = (text: string, fileName: string): YamlRead<CustomerFile> => {
  const file = new CsvFile(text, fileName);
  const rows = readCsv(text);
  if ('fault' in rows) {
    file.wrong(rows, rows.fault);
    return { problems: file.problems };
  }
  const [head = [], ...rest] = rows;
  const names = columnsOf(head, file);
  const customers = rest.map((row) => customerOf(row, names, file)).filter((each) => each !== undefined);
  if (customers.length > CUSTOMERS_MAX) return { problems: [`${fileName}: more than ${CUSTOMERS_MAX} customers`] };
  return file.problems.length > 0 ? { problems: file.problems } : { config: { customers } };
};

const isCsv = (fileName: string): boolean => /\.csv$/i.test(fileName);

/** Reads customers from YAML, or from CSV when the name ends so. Everything that is wrong is told at once, with its place. */
export const readCustomers = (text: string, fileName: string): YamlRead<CustomerFile> =>
  isCsv(fileName) ? readCsvCustomers(text, fileName) : readYamlConfig(fileSchema, text, fileName);

/** Customers as a file, which `readCustomers` reads as the same customers. */
export const writeCustomers = (customers: readonly Customer[], fileName: string): string => {
  if (!isCsv(fileName) && customers.length === 0) return 'customers: []\n';
  if (!isCsv(fileName))
    // JSON is YAML: one customer a line, so that a difference of two files can be read.
    return ['customers:', ...customers.map((each) => `  - ${JSON.stringify(each)}`), ''].join('\n');
  const rows = customers.map((each) =>
    COLUMNS.map((column) => {
      const value = each[column];
      return csvField(Array.isArray(value) ? value.join(' ') : String(value ?? ''));
    }).join(','),
  );
  return [COLUMNS.join(','), ...rows, ''].join('\n');
};
