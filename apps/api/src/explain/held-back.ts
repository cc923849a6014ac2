import { type RecordedEvent, type Rule, type RuleAction, streamOf } from '#contracts';
import { eventText } from '#domain';
import { type BreakerRepository, type Queryable, readNewest } from '#store';

/** What was off or open at a moment, so that a rule which fired did less than it says. */
export interface HeldBack {
  readonly because: readonly string[];
  /** What says so. */
  readonly events: readonly RecordedEvent[];
}

/** What it is read from. */
export interface HeldBackParts {
  readonly database: Queryable;
  readonly breakers: Pick<BreakerRepository, 'list'>;
}

const COMMANDS: ReadonlySet<RuleAction['do']> = new Set(['roll_back', 'halt', 'redirect_traffic', 'fall_back']);

/** Whether what a rule does commands the fleet. */
const commandsFleet = ({ actions, rollbackOrder }: Rule): boolean =>
  rollbackOrder !== undefined || actions.some((action) => COMMANDS.has(action.do));

/** Breakers that are looked at, those that are not closed now first: a fleet has one for each service. */
const BREAKERS_MAX = 20;

/** The kill switch: off, and nothing is commanded, also where nobody asked for anything yet. */
const switchedOff = async (database: Queryable, untilMs: number): Promise<readonly RecordedEvent[]> => {
  const ask = { stream: streamOf.automation, types: ['AutomationSwitched'], untilMs, limit: 1 } as const;
  const last = await readNewest(database, ask);
  return last.filter(({ event }) => event.type === 'AutomationSwitched' && !event.data.isOn);
};

/** Breakers of updates that were open: no node takes another release meanwhile. */
const openedBreakers = async (
  { database, breakers }: HeldBackParts,
  untilMs: number,
): Promise<readonly RecordedEvent[]> => {
  const services = (await breakers.list({ limit: BREAKERS_MAX })).map(({ service }) => service);
  const last = await Promise.all(
    services.map((service) => {
      const types = ['BreakerOpened', 'BreakerHalfOpened', 'BreakerClosed'] as const;
      return readNewest(database, { stream: streamOf.breaker(service), types, untilMs, limit: 1 });
    }),
  );
  return last.flat().filter(({ event: { type } }) => type !== 'BreakerClosed');
};

const at = ({ event: { data }, recordedAtMs }: RecordedEvent): string =>
  new Date('at' in data ? data.at : recordedAtMs).toISOString();

/** What kept a rule from acting at a moment, whether or not it tried: of rules that command nothing there is nothing. */
export const heldBack = async (parts: HeldBackParts, rule: Rule, untilMs: number): Promise<HeldBack> => {
  if (!commandsFleet(rule)) return { because: [], events: [] };
  const [off, open] = await Promise.all([switchedOff(parts.database, untilMs), openedBreakers(parts, untilMs)]);
  const because = [
    ...off.map(
      (each) => `the kill switch is off since ${at(each)}, and nothing is commanded: ${eventText(each.event)}`,
    ),
    ...open.map((each) => `since ${at(each)} ${eventText(each.event)}`),
  ];
  return { because, events: [...off, ...open] };
};
