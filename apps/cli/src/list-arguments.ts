import {
  type DoorAsked,
  type DoorOption,
  doorOf,
  type DoorValues,
  type DoorView,
  readGiven,
  type WantedOfList,
} from './door-arguments.js';
import { UsageError } from './usage-error.js';

/** What every list takes, beside what is written with it. */
export const LIST_OPTIONS = ['limit', 'all', 'after'] as const satisfies readonly DoorOption[];
/** Rows of a list unless told: some screens. */
export const ROWS_DEFAULT = 100;
/** Most rows that `--limit` asks for: they are held at once, and each column is as wide as the widest of them. */
export const ROWS_MAX = 10_000;

/** A list of the API, and what of it is asked for. */
export interface Listed {
  /** How the command is written. */
  readonly what: string;
  /** Its path, or that by what is named. */
  readonly path: string | ((named: readonly string[]) => string);
  /** Under which name the answer has its rows. */
  readonly rows: string;
  readonly shows: DoorView;
  /** What it names beside options. */
  readonly names?: readonly string[];
  /** What it takes beside the options of every list. */
  readonly takes?: readonly DoorOption[];
  /** The query by what was given; what is undefined is not asked for, what is a list is asked for again and again. */
  readonly queryOf?: (values: DoorValues) => Readonly<Record<string, string | readonly string[] | undefined>>;
}

const limitOf = ({ limit, all }: DoorValues): WantedOfList['limit'] => {
  if (all && limit !== undefined) throw new UsageError('--all and --limit exclude each other');
  if (all) return 'all';
  if (limit === undefined) return ROWS_DEFAULT;
  const rows = /^\d{1,5}$/.test(limit) ? Number(limit) : 0;
  if (rows < 1 || rows > ROWS_MAX)
    throw new UsageError(`--limit ${limit}: expected 1 to ${ROWS_MAX}; --all tells everything, a page at a time`);
  return rows;
};

const queryTextOf = (query: ReturnType<NonNullable<Listed['queryOf']>>): string => {
  const given = Object.entries(query).flatMap(([name, value = []]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  return new URLSearchParams(given).toString();
};

/** Reads what follows a list. */
export const readList = (args: readonly string[], { what, path, rows, shows, ...more }: Listed): DoorAsked => {
  const { names = [], takes = [], queryOf = () => ({}) } = more;
  const given = readGiven(what, args, names, [...LIST_OPTIONS, ...takes]);
  const { after } = given.values;
  const list = { rows, limit: limitOf(given.values), ...(after === undefined ? {} : { after }) };
  const of = typeof path === 'string' ? path : path(given.named);
  const query = queryTextOf(queryOf(given.values));
  const separator = query === '' ? '' : of.includes('?') ? '&' : '?';
  return doorOf(given, { method: 'get', path: `${of}${separator}${query}`, shows, list });
};

/** The statuses of `open,acknowledged`, or of all. */
export const statusesOf = (statuses: string | undefined): { readonly status: readonly string[] } => ({
  status: statuses?.split(',') ?? [],
});
