import { z } from 'zod';
import { inZone, lasting } from '#domain';
import { type ApiClient, commentQuery } from './api-client.js';
import { formatTime } from './figures.js';
import type { WantedOfOnCall } from './on-call-arguments.js';
import { readPlanToSend } from './on-call-check.js';
import { formatTable } from './table.js';

const gap = z.looseObject({ schedule: z.string(), fromMs: z.number(), untilMs: z.number() });
const override = z.looseObject({
  scheduleOverrideId: z.string(),
  schedule: z.string(),
  person: z.string(),
  fromMs: z.number(),
  untilMs: z.number(),
  madeBy: z.string(),
  comment: z.string(),
  withdrawnAt: z.number().nullable(),
});
const fault = z.looseObject({ pointer: z.string(), detail: z.string() });
const plan = z.looseObject({ version: z.number(), source: z.string(), loadedAt: z.number() });

const nowAnswer = z.looseObject({
  plan: plan.nullable(),
  schedules: z.array(
    z.looseObject({
      schedule: z.string(),
      timeZone: z.string(),
      person: z.string().nullable(),
      untilMs: z.number().nullable(),
      next: z.looseObject({ person: z.string().nullable() }).nullable(),
    }),
  ),
  policies: z.array(
    z.looseObject({
      policy: z.string(),
      levels: z.array(
        z.looseObject({
          level: z.number(),
          waitMs: z.number(),
          reached: z.array(z.looseObject({ person: z.string().nullable(), channel: z.string() })),
          nobody: z.array(z.string()),
        }),
      ),
    }),
  ),
  gaps: z.array(gap),
  overrides: z.array(override),
  warnings: z.array(fault),
  lastReload: z.looseObject({ refusedProblems: z.array(z.string()).nullable() }).nullable(),
});
const shiftsAnswer = z.looseObject({
  schedule: z.string(),
  timeZone: z.string(),
  shifts: z.array(z.looseObject({ fromMs: z.number(), untilMs: z.number(), person: z.string().nullable() })),
  gaps: z.array(gap),
});
const overrideAnswer = z.looseObject({
  override,
  fills: z.array(gap),
  opens: z.array(gap),
  gaps: z.array(gap),
});
const loadAnswer = z.looseObject({ plan, warnings: z.array(fault) });
const reloadAnswer = z.looseObject({ asked: z.literal(true) });

type NowAnswer = z.infer<typeof nowAnswer>;

/** What a person reads of an answer, what a program reads, and whether something is not as it should be. */
export interface OnCallShown {
  readonly json: unknown;
  readonly lines: readonly string[];
  readonly isFinding: boolean;
}

const nobodyOr = (person: string | null): string => person ?? 'nobody';

const gapLines = (gaps: readonly z.infer<typeof gap>[], zoneOf: (schedule: string) => string): readonly string[] =>
  gaps.map(
    ({ schedule, fromMs, untilMs }) =>
      `gap: ${schedule} names nobody from ${inZone(zoneOf(schedule), fromMs)} for ${lasting(untilMs - fromMs)}`,
  );

const levelRows = ({ policies }: NowAnswer): readonly (readonly string[])[] =>
  policies.flatMap(({ policy, levels }) =>
    levels.map(({ level, waitMs, reached, nobody }) => [
      policy,
      String(level),
      lasting(waitMs),
      [...reached.map(({ person, channel }) => (person === null ? channel : `${person} (${channel})`)), ...nobody].join(
        ', ',
      ),
    ]),
  );

const overrideRows = (overrides: NowAnswer['overrides']): readonly (readonly string[])[] =>
  overrides.map((each) => [
    each.scheduleOverrideId,
    each.schedule,
    each.person,
    formatTime(each.fromMs),
    formatTime(each.untilMs),
    each.madeBy,
    each.comment,
  ]);

const formatNow = (answer: NowAnswer): readonly string[] => {
  if (answer.plan === null) return ['no plan is loaded: every channel for pages gets every page'];
  const { schedules, overrides, gaps, warnings, lastReload } = answer;
  const zones = new Map(schedules.map(({ schedule, timeZone }) => [schedule, timeZone]));
  const rows = schedules.map(({ schedule, timeZone, person, untilMs, next }) => [
    schedule,
    nobodyOr(person),
    next === null ? '-' : nobodyOr(next.person),
    untilMs === null ? '-' : inZone(timeZone, untilMs),
  ]);
  return [
    ...formatTable(['schedule', 'on call', 'then', 'from'], rows),
    '',
    ...formatTable(['policy', 'level', 'waits', 'calls'], levelRows(answer)),
    ...(overrides.length === 0
      ? []
      : [
          '',
          ...formatTable(
            ['override', 'schedule', 'person', 'from', 'to (UTC)', 'by', 'comment'],
            overrideRows(overrides),
          ),
        ]),
    ...gapLines(gaps, (schedule) => zones.get(schedule) ?? 'UTC'),
    ...warnings.map(({ pointer, detail }) => `warning: ${pointer}: ${detail}`),
    ...(lastReload?.refusedProblems ?? []).map((problem) => `refused: ${problem}`),
  ];
};

const formatShifts = ({ schedule, timeZone, shifts, gaps }: z.infer<typeof shiftsAnswer>): readonly string[] => [
  ...formatTable(
    ['from', 'for', schedule],
    shifts.map(({ fromMs, untilMs, person }) => [
      inZone(timeZone, fromMs),
      lasting(untilMs - fromMs),
      nobodyOr(person),
    ]),
  ),
  ...gapLines(gaps, () => timeZone),
];

const formatOverride = ({ override: made, fills, opens, gaps }: z.infer<typeof overrideAnswer>): readonly string[] => [
  ...formatTable(['override', 'schedule', 'person', 'from', 'to (UTC)', 'by', 'comment'], overrideRows([made])),
  ...(made.withdrawnAt === null ? [] : ['withdrawn']),
  ...fills.map(({ fromMs, untilMs }) => `fills a gap of ${lasting(untilMs - fromMs)} from ${formatTime(fromMs)} UTC`),
  ...opens.map(({ fromMs, untilMs }) => `opens a gap of ${lasting(untilMs - fromMs)} from ${formatTime(fromMs)} UTC`),
  ...gapLines(gaps, () => 'UTC'),
];

const formatLoad = ({ plan: loaded, warnings }: z.infer<typeof loadAnswer>): readonly string[] => [
  `plan ${loaded.version} is in force, since ${formatTime(loaded.loadedAt)} UTC, by ${loaded.source}`,
  ...warnings.map(({ pointer, detail }) => `warning: ${pointer}: ${detail}`),
];

const shiftsPath = ({ schedule, from, to }: Extract<WantedOfOnCall, { action: 'shifts' }>): string => {
  const bounds = Object.entries({ from, to }).flatMap(([name, ms]) => (ms === undefined ? [] : [`${name}=${ms}`]));
  return `/v1/on-call/schedules/${encodeURIComponent(schedule)}${bounds.length === 0 ? '' : `?${bounds.join('&')}`}`;
};

const bodyOf = (wanted: Extract<WantedOfOnCall, { action: 'override' }>['override'], nowMs: number): unknown => {
  if ('untilMs' in wanted) return wanted;
  const { forMs, ...rest } = wanted;
  return { ...rest, untilMs: (rest.fromMs ?? nowMs) + forMs };
};

/** Asks, or changes. */
export const askOnCall = async (api: ApiClient, wanted: WantedOfOnCall, nowMs: number): Promise<OnCallShown> => {
  switch (wanted.action) {
    case 'now': {
      const json = nowAnswer.parse(await api.get('/v1/on-call'));
      return { json, lines: formatNow(json), isFinding: json.gaps.length > 0 };
    }
    case 'shifts': {
      const json = shiftsAnswer.parse(await api.get(shiftsPath(wanted)));
      return { json, lines: formatShifts(json), isFinding: json.gaps.length > 0 };
    }
    case 'override': {
      const json = overrideAnswer.parse(await api.post('/v1/on-call/overrides', bodyOf(wanted.override, nowMs)));
      return { json, lines: formatOverride(json), isFinding: false };
    }
    case 'withdraw': {
      const { scheduleOverrideId, comment } = wanted;
      const path = `/v1/on-call/overrides/${encodeURIComponent(scheduleOverrideId)}${commentQuery(comment)}`;
      const json = overrideAnswer.parse(await api.delete(path));
      return { json, lines: formatOverride(json), isFinding: json.opens.length > 0 };
    }
    case 'load': {
      const { file, replacesFile, comment } = wanted;
      const body = { plan: readPlanToSend(file, nowMs), replacesFile, comment };
      const json = loadAnswer.parse(await api.post('/v1/on-call', body));
      return { json, lines: formatLoad(json), isFinding: false };
    }
    case 'reload': {
      const json = reloadAnswer.parse(await api.post('/v1/on-call/reload', { comment: wanted.comment }));
      return {
        json,
        lines: ['the servers read their file again; tocsin on-call says what came of it'],
        isFinding: false,
      };
    }
  }
};
