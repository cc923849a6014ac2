import { cursorOf, isRefusal, type Page, readCursor, type Refusal } from '#contracts';
import { accepted } from '#runtime';
import { LIST_DEFAULT, LIST_MAX } from '../../list-query.js';
import {
  argsType,
  type FieldSpec,
  flag,
  many,
  maybe,
  objectType,
  one,
  type SchemaType,
  text,
  whole,
  withoutNulls,
} from './define.js';

const PageInfoType = objectType(
  'PageInfo',
  { about: 'Where a page lies in its list.' },
  {
    hasNextPage: flag('Whether anything lay behind it when it was read.'),
    hasPreviousPage: flag('Whether it was asked for behind another.'),
    startCursor: maybe(text('Of its first item; null: it is empty.')),
    endCursor: maybe(text('Of its last item: send it as `after` to go on; null: it is empty.')),
  },
);

/** A list of a type, a page of it. */
export const connectionType = (
  name: string,
  item: () => unknown,
  needs: 'view' | 'administer' = 'view',
): SchemaType => {
  const edge = objectType(
    `${name}Edge`,
    { about: `A ${name} in a list.`, needs },
    { cursor: text('Its place in the list; opaque.'), node: one(item, 'The thing itself.') },
  );
  return objectType(
    `${name}Connection`,
    { about: `A page of a list of ${name}.`, needs },
    {
      edges: many(one(() => edge, 'The items with their places.')),
      nodes: many(one(item, 'The same without their places.')),
      pageInfo: one(() => PageInfoType, 'Where the page lies.'),
    },
  );
};

/** Which page of a list. */
export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

const PAGE_FIELDS = {
  first: maybe(whole(`How many: at most ${LIST_MAX}; ${LIST_DEFAULT} unless told.`)),
  after: maybe(text('The endCursor of the page before.')),
};

/** Arguments of a list: which page of it, and which of its items. */
export const listArgs = (name: string, fields: Readonly<Record<string, FieldSpec>> = {}): SchemaType =>
  argsType(name, { ...PAGE_FIELDS, ...fields });

/** Arguments as the schemas of REST have them: `first` is its `limit`, and what is null was not given. */
export const given = ({
  first,
  ...args
}: PageArgs & Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  withoutNulls({ ...args, ...(first === undefined ? {} : { limit: first }) });

/** A page as GraphQL has it. */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** The page as a connection; ends the request where the cursor is none of the list. */
export const connectionOf = <T>(page: Page<T> | Refusal, { after }: Pick<PageArgs, 'after'>): Connection<T> => {
  const { items, cursors, next } = accepted(page);
  return {
    edges: items.map((node, index) => ({ cursor: cursors[index] ?? '', node })),
    nodes: items,
    pageInfo: {
      hasNextPage: next !== null,
      hasPreviousPage: after !== null && after !== undefined,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
  };
};

/** A page of what is in memory, or is read whole because it is short: by an id that is unique and whose order the rows have. */
export const pageOfRows = <T>(
  list: string,
  rows: readonly T[],
  idOf: (row: T) => string,
  { first, after }: { readonly first: number; readonly after?: string | null | undefined },
): Page<T> | Refusal => {
  const place = after === null || after === undefined ? undefined : readCursor(list, ['text'], after);
  if (isRefusal(place)) return place;
  // What it named may be gone meanwhile: then nothing follows, rather than everything again.
  const from = place === undefined ? 0 : rows.findIndex((row) => idOf(row) === place[0]) + 1;
  const items = place !== undefined && from === 0 ? [] : rows.slice(from, from + first);
  const cursors = items.map((row) => cursorOf(list, [idOf(row)]));
  return {
    items,
    cursors,
    next: from + items.length < rows.length && items.length > 0 ? (cursors.at(-1) ?? null) : null,
  };
};
