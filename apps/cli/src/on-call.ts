import type { z } from 'zod';
import { askedAnswer, onCallAnswer, onCallLoadedAnswer, scheduleOverrideAnswer, shiftsAnswer } from '#contracts';
import { inZone, lasting } from '#domain';
import { type ApiClient, commentQuery } from './api-client.js';
import { readAnswer } from './answers.js';
import { formatTime } from './figures.js';
import type { WantedOfOnCall } from './on-call-arguments.js';
import { readPlanToSend } from './on-call-check.js';
import { formatTable } from './table.js';

type NowAnswer = z.infer<typeof onCallAnswer>;
type Gap = NowAnswer['gaps'][number];

/** What a person reads of an answer, what a program reads, and whether something is not as it should be. */
export interface OnCallShown {
  readonly json: unknown;
  readonly lines: readonly string[];
  readonly isFinding: boolean;
}

const nobodyOr = (person: string | null): string => person ?? 'nobody';

const gapLines = (gaps: readonly Gap[], zoneOf: (schedule: string) => string): readonly string[] =>
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

const formatOverride = ({
  override: made,
  fills,
  opens,
  gaps,
}: z.infer<typeof scheduleOverrideAnswer>): readonly string[] => [
  ...formatTable(['override', 'schedule', 'person', 'from', 'to (UTC)', 'by', 'comment'], overrideRows([made])),
  ...(made.withdrawnAt === null ? [] : ['withdrawn']),
  ...fills.map(({ fromMs, untilMs }) => `fills a gap of ${lasting(untilMs - fromMs)} from ${formatTime(fromMs)} UTC`),
  ...opens.map(({ fromMs, untilMs }) => `opens a gap of ${lasting(untilMs - fromMs)} from ${formatTime(fromMs)} UTC`),
  ...gapLines(gaps, () => 'UTC'),
];

const formatLoad = ({ plan: loaded, warnings }: z.infer<typeof onCallLoadedAnswer>): readonly string[] => [
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
      const json = readAnswer(onCallAnswer, await api.get('/v1/on-call'));
      return { json, lines: formatNow(json), isFinding: json.gaps.length > 0 };
    }
    case 'shifts': {
      const json = readAnswer(shiftsAnswer, await api.get(shiftsPath(wanted)));
      return { json, lines: formatShifts(json), isFinding: json.gaps.length > 0 };
    }
    case 'override': {
      const json = readAnswer(
        scheduleOverrideAnswer,
        await api.post('/v1/on-call/overrides', bodyOf(wanted.override, nowMs)),
      );
      return { json, lines: formatOverride(json), isFinding: false };
    }
    case 'withdraw': {
      const { scheduleOverrideId, comment } = wanted;
      const path = `/v1/on-call/overrides/${encodeURIComponent(scheduleOverrideId)}${commentQuery(comment)}`;
      const json = readAnswer(scheduleOverrideAnswer, await api.delete(path));
      return { json, lines: formatOverride(json), isFinding: json.opens.length > 0 };
    }
    case 'load': {
      const { file, replacesFile, comment } = wanted;
      const body = { plan: readPlanToSend(file, nowMs), replacesFile, comment };
      const json = readAnswer(onCallLoadedAnswer, await api.post('/v1/on-call', body));
      return { json, lines: formatLoad(json), isFinding: false };
    }
    case 'reload': {
      const json = readAnswer(askedAnswer, await api.post('/v1/on-call/reload', { comment: wanted.comment }));
      return {
        json,
        lines: ['the servers read their file again; tocsin on-call says what came of it'],
        isFinding: false,
      };
    }
  }
};
