import { createReadStream } from 'node:fs';
import { createZoneFinder, type RecordingEnd, type TapSummary, TapSummarizer } from '#domain';
import { formatTable } from './table.js';
import { UsageError } from './arguments.js';

/** What is in a recording, as `--json` prints it. */
export interface DnstapReport {
  /** Data frames. */
  readonly frames: number;
  readonly pairs: number;
  readonly outcomes: TapSummary['classes'];
  readonly outcomeNames: TapSummary['names'];
  /** Queries without a response: completeness, no timeouts. */
  readonly unpaired: number;
  readonly orphanResponses: number;
  readonly malformed: number;
  /** Data frames that are no dnstap message of a known type. */
  readonly unknown: number;
  readonly types: TapSummary['types'];
  readonly contentType: string | null;
  /** It ends as a sender that lives ends it. */
  readonly complete: boolean;
  readonly end: RecordingEnd;
}

/** Reads a recording; zones are those that the server answers for, without them every REFUSED is one for a foreign zone. */
export const readDnstap = async (path: string, zones: readonly string[]): Promise<DnstapReport> => {
  const summarizer = new TapSummarizer(createZoneFinder(zones));
  const stream = createReadStream(path);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) if (!summarizer.push(piece)) break;
  } catch (cause) {
    throw new UsageError(`read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    stream.destroy();
  }
  return reportOf(summarizer.end());
};

const reportOf = ({ counts, classes, names, types, contentType, end }: TapSummary): DnstapReport => ({
  frames: counts.frames,
  pairs: counts.pairs,
  outcomes: classes,
  outcomeNames: names,
  unpaired: counts.unpairedQueries,
  orphanResponses: counts.orphanResponses,
  malformed: counts.malformed,
  unknown: counts.undecodable,
  types,
  contentType: contentType ?? null,
  complete: end.kind === 'whole',
  end,
});

const FAULTS: Readonly<Record<Extract<RecordingEnd, { fault: string }>['fault'], string>> = {
  frame_too_long: 'a frame claims to be longer than any can be',
  control_malformed: 'a control frame that cannot be read',
  content_type_foreign: 'its content type is not protobuf:dnstap.Dnstap',
  data_before_start: 'data comes before START',
  no_start: 'it has no START',
};

const endOf = (end: RecordingEnd): string => {
  switch (end.kind) {
    case 'whole':
      return 'whole: it ends with STOP';
    case 'cut':
      return end.expected === undefined
        ? 'cut: it ends without STOP, as that of a server that died'
        : `cut: of a frame of ${end.expected} bytes ${end.have} are there`;
    case 'corrupt':
      return `corrupt: ${FAULTS[end.fault]}; what came before is counted`;
    case 'foreign':
      return `no dnstap: ${FAULTS[end.fault]}`;
  }
};

/** The report for people. */
export const formatDnstap = (report: DnstapReport): readonly string[] => {
  if (report.end.kind === 'foreign') return [endOf(report.end)];
  const { good, bad } = report.outcomes;
  const success = good + bad === 0 ? 'unknown' : `${((100 * good) / (good + bad)).toFixed(2)} %`;
  const { frames, pairs, unpaired, orphanResponses, malformed, unknown } = report;
  // One list, not one object: an outcome is called unknown too.
  const counts = [{ frames, pairs, unpaired, orphanResponses, malformed, unknown }, report.types, report.outcomeNames];
  const rows = counts.flatMap((each) => Object.entries(each)).map(([name, count]) => [name, String(count)]);
  return [
    endOf(report.end),
    `success ${success}: ${good} good, ${bad} bad, ${report.outcomes.excluded} excluded`,
    ...formatTable(['', 'count'], rows),
  ];
};
