import { canonicalJson, type Event, eventSchemas, type RecordedEvent, streamOf } from '#contracts';

/** What was decided about one thing on one tick. */
export interface LoggedDecision {
  readonly tick: number;
  readonly stream: string;
  readonly events: readonly Event[];
}

const CAUSE = /^tick-(\d{1,12})$/;

/**
 * The tick on which the rules decided an event; undefined for what came from elsewhere: people, other roles, the outbox, and what
 * becomes of sets of rules, which the rules record and do not decide.
 */
export const decidedTick = ({ stream, metadata }: Pick<RecordedEvent, 'stream' | 'metadata'>): number | undefined => {
  if (metadata.actor !== 'rules' || stream === streamOf.rules) return undefined;
  const [, tick] = CAUSE.exec(metadata.cause) ?? [];
  return tick === undefined ? undefined : Number(tick);
};

/** The decisions that were recorded, in the order in which they were; ticks outside of the range are left out. */
export const recordedDecisions = (
  events: readonly RecordedEvent[],
  fromTick: number,
  toTick: number,
): readonly LoggedDecision[] => {
  const decisions: { tick: number; stream: string; events: Event[] }[] = [];
  for (const recorded of events) {
    const tick = decidedTick(recorded);
    if (tick === undefined || tick < fromTick || tick > toTick) continue;
    const { stream, event } = recorded;
    const last = decisions.at(-1);
    if (last?.tick === tick && last.stream === stream) last.events.push(event);
    else decisions.push({ tick, stream, events: [event] });
  }
  return decisions;
};

/** An event as it comes back from the store: what its schema does not name is not kept. */
const asStored = ({ type, data }: Event): Event => ({ type, data: eventSchemas[type].parse(data) }) as Event;

/** One line of the decision log: canonical, so that live and replayed decisions are compared byte for byte. */
export const decisionLine = ({ tick, stream, events }: LoggedDecision): string =>
  canonicalJson({ tick, stream, events: events.map(asStored) });
