import { isRefusal, type MaintenanceWindow, type Page, type Refusal } from '#contracts';
import { occurrenceAt } from '#domain';
import type { MaintenanceRow, PageAsk, QuietRepository } from '#store';

/** Occurrences that are told of one window: the one that is open, or the next, and those that follow it. */
const NEXT_MAX = 3;

/** A window of the rules and when it is open next. */
export interface ScheduledWindow extends MaintenanceWindow {
  /** The first may be open now; none: it was, and will not be again. */
  readonly next: readonly { readonly startsAt: number; readonly endsAt: number; readonly isOpen: boolean }[];
}

const nextOf = (window: MaintenanceWindow, nowMs: number): ScheduledWindow['next'] => {
  const next: ScheduledWindow['next'][number][] = [];
  for (let from = nowMs; next.length < NEXT_MAX; from = next.at(-1)?.endsAt ?? from) {
    const occurrence = occurrenceAt(window, from);
    if (occurrence === undefined) break;
    const { startsAtMs: startsAt, endsAtMs: endsAt } = occurrence;
    next.push({ startsAt, endsAt, isOpen: startsAt <= nowMs });
  }
  return next;
};

/** The windows of the rules with their next occurrences, and the occurrences that were, newest first. */
export const readMaintenance = async (
  repository: Pick<QuietRepository, 'windows' | 'occurrences'>,
  nowMs: number,
  ask: PageAsk,
): Promise<{ readonly windows: readonly ScheduledWindow[]; readonly page: Page<MaintenanceRow> } | Refusal> => {
  const page = await repository.occurrences.page(ask);
  if (isRefusal(page)) return page;
  const windows = await repository.windows();
  return {
    windows: windows.map((window) => ({ ...window, next: nextOf(window, nowMs) })),
    page,
  };
};
