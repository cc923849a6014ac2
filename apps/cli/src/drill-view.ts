import type { z } from 'zod';
import { drillShape } from '#contracts';
import { readOneOrMany } from './answers.js';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

type Drill = z.infer<typeof drillShape>;

/** What became of a drill, in a few words: how long it took, or what it missed. */
const ended = ({ hops, requestedAt, because }: Drill): string =>
  hops === null
    ? (because ?? '')
    : `accepted after ${(((hops['accepted'] ?? requestedAt) - requestedAt) / 1_000).toFixed(1)} s`;

/** Fire drills, for people. */
export const formatDrills = (text: unknown): readonly string[] => {
  const rows = readOneOrMany('drill', 'drills', drillShape, text).map((each) => [
    each.drillId,
    each.status,
    formatTime(each.requestedAt),
    each.requestedBy,
    ended(each),
  ]);
  return rows.length === 0
    ? ['no page was ever tried: tocsin drill now']
    : formatTable(['drill', 'status', 'asked for (UTC)', 'by', 'result'], rows);
};
