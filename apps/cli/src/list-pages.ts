import { z } from 'zod';
import { readAnswer } from './answers.js';
import type { ApiClient } from './api-client.js';
import type { WantedOfList } from './door-arguments.js';
import { formatCount } from './figures.js';
import type { Progress } from './progress.js';

/** Rows of one request: what every list of the API answers with at most. */
const PAGE_ROWS = 500;
/** Most rows that `--all` tells: a minute or so of requests. What is behind them is asked for with `--after`. */
export const ALL_ROWS_MAX = 100_000;

/** A page of a list, as its route answers: `next` is the cursor of what follows, null or absent where nothing does. */
export type ListPage = Readonly<Record<string, unknown>> & {
  readonly next?: string | null | undefined;
  readonly total?: number | undefined;
};

const pageSchema = z.looseObject({ next: z.string().nullish(), total: z.number().optional() });

const rowsOf = (page: ListPage, rows: string): readonly unknown[] => z.array(z.unknown()).parse(page[rows]);

const withQuery = (path: string, limit: number, after: string | undefined): string => {
  const [bare = '', query = ''] = path.split('?', 2);
  const asked = new URLSearchParams(query);
  asked.set('limit', String(limit));
  if (after !== undefined) asked.set('after', after);
  return `${bare}?${asked.toString()}`;
};

/** The pages of a list until as many rows are told as are wanted, or there is nothing behind them. */
export async function* pagesOf(
  api: Pick<ApiClient, 'get'>,
  path: string,
  { rows, limit, after }: WantedOfList,
): AsyncGenerator<ListPage, void, void> {
  let left = limit === 'all' ? ALL_ROWS_MAX : limit;
  let cursor = after;
  for (;;) {
    const page: ListPage = readAnswer(pageSchema, await api.get(withQuery(path, Math.min(left, PAGE_ROWS), cursor)));
    yield page;
    left -= rowsOf(page, rows).length;
    // A server that says the same cursor again would be asked for ever.
    if (typeof page.next !== 'string' || page.next === cursor || left <= 0) return;
    cursor = page.next;
  }
}

const joined = (pages: readonly ListPage[], rows: string): ListPage => {
  const [first = {}] = pages;
  return { ...first, [rows]: pages.flatMap((page) => rowsOf(page, rows)), next: pages.at(-1)?.next };
};

const cutText = (told: number, { next, total }: ListPage): string =>
  `${formatCount(told)}${total === undefined ? '' : ` of ${formatCount(total)}`} are told, and there are more: --limit, --all, or --after ${next}`;

/** Where a list is shown. */
export interface ListShown {
  /** Told what is to be shown: all at once, or with `--all` page by page. */
  readonly show: (answer: ListPage) => void;
  readonly progress: Pick<Progress, 'at' | 'end'>;
  /** Told that there is more than was shown. */
  readonly tell: (text: string) => void;
}

/** Reads a list and shows it; what is behind its end is told of, and is `next` of what was shown. How far it is stands on a terminal only. */
export const showList = async (
  api: Pick<ApiClient, 'get'>,
  path: string,
  wanted: WantedOfList,
  { show, progress, tell }: ListShown,
): Promise<void> => {
  const pages: ListPage[] = [];
  let told = 0;
  let last: ListPage = {};
  try {
    for await (const page of pagesOf(api, path, wanted)) {
      last = page;
      told += rowsOf(page, wanted.rows).length;
      if (wanted.limit === 'all') show(page);
      else {
        pages.push(page);
        progress.at(told, page.next == null ? told : Math.min(wanted.limit, page.total ?? wanted.limit));
      }
    }
  } finally {
    if (wanted.limit !== 'all') progress.end();
  }
  if (wanted.limit !== 'all') show(joined(pages, wanted.rows));
  if (typeof last.next === 'string') tell(cutText(told, last));
};
