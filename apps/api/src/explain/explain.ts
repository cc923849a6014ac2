import { type EventData, isRefusal, type RecordedEvent, type Refusal, streamOf } from '#contracts';
import { eventText } from '#domain';
import { withoutSecrets } from '../event-feed.js';
import { loadAll, type RequestLoaders } from '../loaders/request-loaders.js';
import { causesOf } from './event-cause.js';
import { evidenceOf } from './event-evidence.js';
import { type Explained, findExplained } from './explained-streams.js';
import { eventIdOf, type ExplainedKind, type ExplainedStep, type Explanation } from './explanation.js';

/** Steps of one answer: beyond it the middle is left out, the beginning and the end say most. */
const STEPS_MAX = 500;
/** Streams of one answer, which are one query: an incident of 2,000 alerts has more, and those that joined last are not read. */
const STREAMS_MAX = 1_000;

const atOf = ({ event: { data }, recordedAtMs }: RecordedEvent): number => ('at' in data ? data.at : recordedAtMs);

/** An alert is not explained by the others of its incident. */
const concerns = ({ event: { data }, position, stream }: RecordedEvent, explained: Explained): boolean => {
  const { alertIds, asked, update } = explained;
  if (update !== undefined && 'n' in data && data.n !== update) return false;
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
  evidence: evidenceOf(recorded.event),
  data: withoutSecrets(recorded).event.data,
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

/** A chain of steps, as far as it was read. */
interface Chain {
  readonly kind: Explanation['kind'];
  readonly steps: readonly ExplainedStep[];
  readonly leftOut: number;
}

/** The chain that led to a thing. Streams are read with one query, each within its bound, also those of many things at once. */
export const readChain = async (loaders: RequestLoaders, kind: ExplainedKind, id: string): Promise<Chain | Refusal> => {
  const found = await findExplained(loaders, kind, id);
  if (isRefusal(found)) return found;
  const read = await loadAll(loaders.stream, [...new Set(found.streams)].slice(0, STREAMS_MAX));
  const known = read.flatMap(({ events }) => events).toSorted((a, b) => a.position - b.position);
  const told = known.filter((each) => concerns(each, found));
  const steps = bounded(told).map((each) => stepOf(each, known));
  const unread = read.reduce((sum, { leftOut }) => sum + leftOut, 0);
  return { kind: found.kind, steps, leftOut: told.length - steps.length + unread };
};

/** Why a thing is as it is, from the numbers of the telemetry to what was sent. */
export const explain = async (
  loaders: RequestLoaders,
  kind: ExplainedKind,
  id: string,
): Promise<Explanation | Refusal> => {
  const [chain, loaded] = await Promise.all([readChain(loaders, kind, id), loaders.stream(streamOf.rules)]);
  if (isRefusal(chain)) return chain;
  const { steps, leftOut } = chain;
  const loads = (loaded?.events ?? []).flatMap(({ event }) => (event.type === 'RulesLoaded' ? [event.data] : []));
  const tick = firstTick(steps);
  const rules = tick === undefined ? [] : [`decided by ${rulesAt(loads, tick)}`];
  const gap = leftOut === 0 ? [] : [`${leftOut} events in the middle are left out`];
  return { ...chain, id, lines: [`${chain.kind} ${id}`, ...rules, ...steps.map(lineOf), ...gap] };
};
