import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a dashboard asks. */
export interface AskedBy {
  readonly file: string;
  /** As PostgreSQL is asked, Grafana's macros replaced. */
  readonly sql: readonly string[];
  readonly promql: readonly string[];
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const valuesOf = (json: Json, name: string): readonly string[] => {
  if (typeof json !== 'object' || json === null) return [];
  if (Array.isArray(json)) return json.flatMap((each: Json) => valuesOf(each, name));
  return Object.entries(json).flatMap(([key, value]) =>
    key === name && typeof value === 'string' ? [value] : valuesOf(value as Json, name),
  );
};

/** What Grafana puts in the place of its macros. */
const withoutMacros = (sql: string): string =>
  sql.replaceAll(/\$__timeFilter\((\w+)\)/g, "$1 between now() - interval '6 hours' and now()");

/** Every dashboard of a folder. */
export const dashboardsIn = (folder: string): readonly AskedBy[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const json = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json;
      return { file, sql: valuesOf(json, 'rawSql').map(withoutMacros), promql: valuesOf(json, 'expr') };
    });

/** The names of metrics in PromQL, or in a file that holds some. */
export const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:tocsin|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);

/** Every name under which a family is read. */
export const metricsIn = (families: readonly { readonly kind: string; readonly name: string }[]): readonly string[] =>
  families.flatMap(({ kind, name }) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
