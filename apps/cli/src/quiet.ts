import { z } from 'zod';
import { type ApiClient, commentQuery } from './api-client.js';
import { formatDuration, formatTime } from './figures.js';
import type { WantedOfSilences } from './quiet-arguments.js';
import { formatTable } from './table.js';

const silenceSchema = z.looseObject({
  silenceId: z.string(),
  where: z.record(z.string(), z.array(z.string())),
  startsAt: z.number(),
  endsAt: z.number(),
  createdBy: z.string(),
  comment: z.string(),
  status: z.string(),
  hasMatched: z.boolean().nullable(),
  alertsMuted: z.number(),
});
type Silence = z.infer<typeof silenceSchema>;
const one = z.looseObject({ silence: silenceSchema });
const listed = z.looseObject({ silences: z.array(silenceSchema) });

/** What the server answers of silences. */
export type SilencesAnswer = z.infer<typeof one> | z.infer<typeof listed>;

const occurrence = z.looseObject({ startsAt: z.number(), endsAt: z.number(), isOpen: z.boolean() });
const past = z.looseObject({
  window: z.string(),
  startsAt: z.number(),
  endedAt: z.number().nullable(),
  brokenBecause: z.string().nullable(),
  hasMatched: z.boolean().nullable(),
  alertsMuted: z.number(),
});
const maintenanceAnswer = z.looseObject({
  windows: z.array(z.looseObject({ name: z.string(), timeZone: z.string(), next: z.array(occurrence) })),
  occurrences: z.array(past),
});
/** What the server answers of maintenance. */
export type MaintenanceAnswer = z.infer<typeof maintenanceAnswer>;

const PATH = '/v1/silences';

/** Adds, lists or expires. */
export const askSilences = async (api: ApiClient, wanted: WantedOfSilences): Promise<SilencesAnswer> => {
  switch (wanted.action) {
    case 'add':
      return one.parse(await api.post(PATH, wanted.silence));
    case 'ls':
      return listed.parse(await api.get(`${PATH}?limit=500`));
    case 'expire':
      return one.parse(
        await api.delete(`${PATH}/${encodeURIComponent(wanted.silenceId)}${commentQuery(wanted.comment)}`),
      );
  }
};

/** Reads the windows and what became of them. */
export const readMaintenance = async (api: ApiClient): Promise<MaintenanceAnswer> =>
  maintenanceAnswer.parse(await api.get('/v1/maintenance'));

const describeWhere = (where: Silence['where']): string =>
  Object.entries(where)
    .map(([label, patterns]) => `${label}=${patterns.join(',')}`)
    .join(' ');

const matched = ({ hasMatched, alertsMuted }: { hasMatched: boolean | null; alertsMuted: number }): string =>
  hasMatched === false ? 'nothing' : String(alertsMuted);

/** Silences, for people. */
export const formatSilences = (answer: SilencesAnswer): readonly string[] => {
  const silences = 'silence' in answer ? [answer.silence as Silence] : (answer.silences as readonly Silence[]);
  if (silences.length === 0) return ['there is no silence'];
  const rows = silences.map((silence) => [
    silence.silenceId,
    silence.status,
    formatTime(silence.startsAt),
    formatTime(silence.endsAt),
    matched(silence),
    silence.createdBy,
    describeWhere(silence.where),
    silence.comment,
  ]);
  return formatTable(['silence', 'status', 'from', 'to (UTC)', 'muted', 'by', 'where', 'comment'], rows);
};

/** Maintenance, for people. */
export const formatMaintenance = ({ windows, occurrences }: MaintenanceAnswer): readonly string[] => {
  if (windows.length === 0 && occurrences.length === 0) return ['the rules have no maintenance window'];
  const next = windows.map(({ name, timeZone, next: [first] }) => [
    name,
    first === undefined ? 'over' : first.isOpen ? 'open' : 'next',
    formatTime(first?.startsAt),
    first === undefined ? '-' : formatDuration(first.endsAt - first.startsAt),
    timeZone,
  ]);
  const were = occurrences.map((each) => [
    each.window,
    each.endedAt === null ? 'open' : 'ended',
    formatTime(each.startsAt),
    matched(each),
    each.brokenBecause ?? '',
  ]);
  return [
    ...formatTable(['window', 'state', 'from (UTC)', 'for', 'zone'], next),
    ...(were.length === 0 ? [] : ['', ...formatTable(['was', 'state', 'from (UTC)', 'muted', 'broken by'], were)]),
  ];
};
