import { z } from 'zod';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

const drill = z.looseObject({
  drillId: z.string(),
  status: z.string(),
  requestedBy: z.string(),
  requestedAt: z.number(),
  hops: z.looseObject({ accepted: z.number() }).nullable(),
  because: z.string().nullable(),
});
const answer = z.looseObject({ drill: drill.optional(), drills: z.array(drill).optional() });

/** What became of a drill, in a few words: how long it took, or what it missed. */
const ended = ({ hops, requestedAt, because }: z.infer<typeof drill>): string =>
  hops === null ? (because ?? '') : `accepted after ${((hops.accepted - requestedAt) / 1_000).toFixed(1)} s`;

/** Fire drills, for people. */
export const formatDrills = (text: unknown): readonly string[] => {
  const { drill: one, drills = one === undefined ? [] : [one] } = answer.parse(text);
  const rows = drills.map((each) => [
    each.drillId,
    each.status,
    formatTime(each.requestedAt),
    each.requestedBy,
    ended(each),
  ]);
  return formatTable(['drill', 'status', 'asked for (UTC)', 'by', 'result'], rows);
};
