import { type Rule, TICK_MS } from '#contracts';
import {
  type Difference,
  differences,
  type Happening,
  happeningsOf,
  type LoggedDecision,
  recordedDecisions,
} from '#domain';
import {
  formatShortened,
  hashOfDecisions,
  type ReplayRange,
  type ReplayResult,
  type ShortenedRule,
  shortenedRules,
} from '#replay';
import { formatCount, formatTime } from './figures.js';
import type { Paint } from './paint.js';
import { formatTable } from './table.js';

/** What a replay answers, as `--json` prints it. */
export interface ReplayReport {
  readonly recording: string;
  readonly from: string;
  readonly to: string;
  readonly records: number;
  readonly outcomes: number;
  /** SHA-256 over the decision log as it was recorded, and as it was replayed. */
  readonly recorded: { readonly decisions: number; readonly sha256: string };
  readonly replayed: { readonly decisions: number; readonly sha256: string };
  readonly isSame: boolean;
  /** Rules that had less before them than they look back: what they decide here is no proof of anything. */
  readonly shortened: readonly ShortenedRule[];
  /** What people and other roles did to something that the replay did not decide. */
  readonly withoutSubject: number;
  readonly differences: readonly Difference[];
}

/** Compares what was replayed with what was recorded of the same ticks. */
export const reportOf = (
  recording: string,
  range: ReplayRange,
  result: ReplayResult,
  events: Parameters<typeof recordedDecisions>[0],
  rules: readonly Rule[],
): ReplayReport => {
  const recorded = recordedDecisions(events, range.fromTick, range.toTick);
  const told = (decisions: readonly LoggedDecision[]) => ({
    decisions: decisions.length,
    sha256: hashOfDecisions(decisions),
  });
  const [was, is] = [told(recorded), told(result.decisions)];
  return {
    recording,
    from: new Date(range.fromTick * TICK_MS).toISOString(),
    to: new Date((range.toTick + 1) * TICK_MS).toISOString(),
    records: result.records,
    outcomes: result.outcomes,
    recorded: was,
    replayed: is,
    isSame: was.sha256 === is.sha256,
    shortened: shortenedRules(range, rules),
    withoutSubject: result.withoutSubject.length,
    differences: differences(happeningsOf(recorded), happeningsOf(result.decisions)),
  };
};

const secondsBetween = (a: Happening, b: Happening): string => {
  const seconds = (b.atMs - a.atMs) / 1_000;
  return seconds === 0 ? '' : `${seconds > 0 ? '+' : ''}${seconds} s`;
};

const rowOf = ({ change, recorded, replayed }: Difference, paint: Paint): readonly string[] => {
  const told = (replayed ?? recorded)!;
  const colour = { same: String, moved: paint.warn, added: paint.bad, missing: paint.bad }[change];
  const moved = recorded !== undefined && replayed !== undefined ? secondsBetween(recorded, replayed) : '';
  const at = (happening: Happening | undefined): string => formatTime(happening?.atMs);
  return [colour(change), told.kind, told.action, at(recorded), at(replayed), moved, `${told.about}: ${told.text}`];
};

/** For people: whether it is the same, and what is not. */
export const formatReplay = (report: ReplayReport, paint: Paint): readonly string[] => {
  const { recorded, replayed, isSame, records, outcomes } = report;
  const count = (change: Difference['change']): number =>
    report.differences.filter((each) => each.change === change).length;
  const other = report.differences.filter(({ change }) => change !== 'same');
  return [
    `${report.recording}: ${report.from} to ${report.to}`,
    `${formatCount(records)} records with ${formatCount(outcomes)} outcomes`,
    `recorded  ${recorded.sha256}  ${recorded.decisions} decisions`,
    `replayed  ${replayed.sha256}  ${replayed.decisions} decisions`,
    isSame
      ? paint.good('the same decisions')
      : paint.bad(`other decisions: ${count('added')} added, ${count('missing')} missing, ${count('moved')} moved`),
    ...formatShortened(report.shortened).map(paint.warn),
    ...(report.withoutSubject === 0 ? [] : [`${report.withoutSubject} acts of others had nothing to act on`]),
    ...(other.length === 0
      ? []
      : formatTable(
          ['change', 'what', 'does', 'recorded', 'replayed', 'by', 'about'],
          other.map((each) => rowOf(each, paint)),
        )),
  ];
};
