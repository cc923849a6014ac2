import { SLOT_MS, TICK_MS } from '#contracts';
import { type Signal, UNKNOWN } from './signal.js';

/**
 * Support tickets a minute (R10, R16): the counts that `tickets` signals brought within the window of log time, per minute of it. A
 * sender tells what is new since it last told, at least once a window; nobody telling is unknown, a told zero is zero.
 */
export const supportTickets: Signal = {
  about: 'support tickets a minute, from `tickets` signals; each tells what is new since the last one',
  unit: 'tickets a minute',
  window: 'sliding, up to 5 min of log time',
  noData: 'no `tickets` signal came in the window; a signal of 0 tickets is zero',
  scopes: ['fleet'],
  counts: 'nothing',
  isOfFailures: false,
  read: ({ subject, windowMs, endSlot }, view) => {
    if (subject.scope !== 'fleet') return UNKNOWN;
    // Windows of log time that end where one of slots ends: as far back as it does.
    const endTick = view.tick - ((view.endSlot - endSlot) * SLOT_MS) / TICK_MS;
    const { tickets, tellings } = view.memory.tickets.sum(endTick, windowMs / TICK_MS);
    return { value: tellings === 0 ? 'unknown' : (tickets * 60_000) / windowMs, good: 0, bad: tickets };
  },
  describe: (rule, value) => ({
    found: `${value} tickets a minute`,
    limit: `${rule.threshold}`,
    title: `${value} support tickets a minute`,
  }),
  digits: 0,
};
