import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a dashboard asks. */
export interface AskedBy {
  readonly file: string;
  /** As PostgreSQL is asked for the last six hours, Grafana's macros replaced. */
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

const FROM = "now() - interval '6 hours'";

/** What Grafana puts in the place of its macros. */
const withoutMacros = (sql: string): string =>
  sql
    .replaceAll(/\$__timeFilter\((\w+)\)/g, `$1 between ${FROM} and now()`)
    .replaceAll('$__timeFrom()', FROM)
    .replaceAll('$__timeTo()', 'now()');

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

/** What Prometheus reads as rules, one for each expression: so promtool looks at them. */
export const asRules = (promql: readonly string[]): string =>
  JSON.stringify({
    groups: [{ name: 'asked', rules: promql.map((expr, at) => ({ record: `asked:${at}`, expr })) }],
  });

/** The labels that PromQL picks or groups by, for each name of a metric in it. */
export const labelsIn = (promql: string): readonly { readonly name: string; readonly label: string }[] => {
  const grouped = [...promql.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((each) => each.trim()),
  );
  return [...promql.matchAll(/\b((?:tocsin|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].flatMap(
    ([, name = '', picks = '']) =>
      [...[...picks.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label), ...grouped].map((label) => ({
        name,
        label,
      })),
  );
};

/** Every name under which a family is read. */
export const metricsIn = (families: readonly { readonly kind: string; readonly name: string }[]): readonly string[] =>
  families.flatMap(({ kind, name }) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
