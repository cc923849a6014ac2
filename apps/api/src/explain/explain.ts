import { type EventData, isRefusal, type RecordedEvent, type Refusal, streamOf } from '#contracts';
import { readStream } from '#store';
import { causesOf } from './event-cause.js';
import { eventText } from '#domain';
import { type Explained, type ExplainParts, findExplained } from './explained-streams.js';
import { eventIdOf, type ExplainedKind, type ExplainedStep, type Explanation } from './explanation.js';

/** Steps of one answer: beyond it the middle is left out, the beginning and the end say most. */
const STEPS_MAX = 500;

const atOf = ({ event: { data }, recordedAtMs }: RecordedEvent): number => ('at' in data ? data.at : recordedAtMs);

/** An alert is not explained by the others of its incident. */
const concerns = ({ event: { data }, position, stream }: RecordedEvent, { alertIds, asked }: Explained): boolean => {
  if (asked !== undefined && position > asked.position && stream !== asked.stream) return false;
  return alertIds === undefined || !('alertId' in data) || alertIds.includes(data.alertId);
};

const stepOf = (recorded: RecordedEvent, known: readonly RecordedEvent[]): ExplainedStep => ({
  id: eventIdOf(recorded),
  from: causesOf(recorded, known),
  position: recorded.position,
  at: atOf(recorded),
  type: recorded.event.type,
  actor: recorded.metadata.actor,
  text: eventText(recorded.event),
  data: recorded.event.data,
});

const bounded = <T>(steps: readonly T[]): readonly T[] =>
  steps.length <= STEPS_MAX ? steps : [...steps.slice(0, STEPS_MAX / 2), ...steps.slice(-STEPS_MAX / 2)];

/** The set of rules that a tick was decided by, in words. */
const rulesAt = (loads: readonly EventData<'RulesLoaded'>[], tick: number): string => {
  const loaded = loads.findLast(({ fromTick }) => fromTick <= tick);
  if (loaded === undefined) return 'the default pack';
  return `version ${loaded.version} of ${loaded.source} (${loaded.sha256.slice(0, 12)})`;
};

const firstTick = (steps: readonly ExplainedStep[]): number | undefined => {
  const tick = steps.flatMap(({ from }) => from).find((id) => id.startsWith('tick-'));
  return tick === undefined ? undefined : Number(tick.slice('tick-'.length));
};

const lineOf = ({ at, text, id, from }: ExplainedStep): string =>
  `${new Date(at).toISOString().slice(11, 23)}  ${text}  [${id}${from.length === 0 ? '' : ` from ${from.join(', ')}`}]`;

/** Why a thing is as it is, from the numbers of the telemetry to what was sent. */
export const explain = async (parts: ExplainParts, kind: ExplainedKind, id: string): Promise<Explanation | Refusal> => {
  const found = await findExplained(parts, kind, id);
  if (isRefusal(found)) return found;
  const known: RecordedEvent[] = [];
  for (const stream of new Set(found.streams)) known.push(...(await readStream(parts.database, stream)));
  known.sort((a, b) => a.position - b.position);
  const told = known.filter((each) => concerns(each, found));
  const steps = bounded(told).map((each) => stepOf(each, known));
  const loads = (await readStream(parts.database, streamOf.rules)).flatMap(({ event }) =>
    event.type === 'RulesLoaded' ? [event.data] : [],
  );
  const tick = firstTick(steps);
  const rules = tick === undefined ? [] : [`decided by ${rulesAt(loads, tick)}`];
  const leftOut = told.length - steps.length;
  const gap = leftOut === 0 ? [] : [`${leftOut} events in the middle are left out`];
  return {
    kind: found.kind,
    id,
    steps,
    leftOut,
    lines: [`${found.kind} ${id}`, ...rules, ...steps.map(lineOf), ...gap],
  };
};
