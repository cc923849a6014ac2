import { type EventType, type RecordedEvent, releaseName } from '#contracts';
import { REAL_DAY_MINUTES } from './day.js';
import { formatDollars, formatTiers, type PlayedLine } from './day-lines.js';
import type { ReceivedCommand } from './deploy-system.js';
import type { ReceivedPage } from './pagerduty.js';
import { isEvent } from './tocsin-api.js';

/** What is told of a moment, without its times. */
export type Telling = Pick<PlayedLine, 'text' | 'realMinutes'>;

const tell = (text: string, realMinutes?: number): Telling =>
  realMinutes === undefined ? { text } : { text, realMinutes };

type Teller<T extends EventType> = (
  data: Extract<RecordedEvent['event'], { type: T }>['data'],
  first: boolean,
) => Telling;

/** Alerts beyond the first that are told one by one; the rest show in the API. */
const subject = (scope: string, key: string): string =>
  scope === 'fleet' ? 'the whole fleet' : key.replace('|', ' in ');

const tellAlert: Teller<'AlertFired'> = ({ severity, scope, key, reason }, first) =>
  tell(
    `${first ? 'DETECTED' : 'alert'}: ${subject(scope, key)}: ${reason.text} (${severity})`,
    first ? REAL_DAY_MINUTES.paged : undefined,
  );

/** What an event of the store says to an on-call engineer; undefined for those that say nothing new. */
export const tellEvent = (recorded: RecordedEvent, firstAlert: boolean): Telling | undefined => {
  if (isEvent(recorded, 'AlertFired')) return tellAlert(recorded.event.data, firstAlert);
  if (isEvent(recorded, 'RolloutHalted'))
    return tell(`rollout halted: ${recorded.event.data.because}`, REAL_DAY_MINUTES.halted);
  if (isEvent(recorded, 'RollbackDecided')) {
    const { from, to, waves, trigger } = recorded.event.data;
    const sizes = waves.map((wave) => wave.length).join(' + ');
    return tell(`rollback decided: ${releaseName(from)} to ${releaseName(to)}, nodes ${sizes}; ${trigger.text}`);
  }
  if (isEvent(recorded, 'RollbackRefused'))
    return tell(`rollback refused by the rail ${recorded.event.data.rail}: ${recorded.event.data.because}`);
  if (isEvent(recorded, 'WaveVerified'))
    return tell(`wave ${recorded.event.data.wave} verified: ${recorded.event.data.because}`);
  if (isEvent(recorded, 'RollbackStopped')) return tell(`rollback stopped: ${recorded.event.data.because}`);
  if (isEvent(recorded, 'IncidentAcknowledged'))
    return tell(`acknowledged by ${recorded.event.data.by}`, REAL_DAY_MINUTES.acknowledged);
  if (isEvent(recorded, 'RollbackCompleted'))
    return tell(`RECOVERED: ${recorded.event.data.because}`, REAL_DAY_MINUTES.recovered);
  if (isEvent(recorded, 'IncidentImpactChanged')) {
    const { affectedCustomers, byTier, score, dollarsPerMinute } = recorded.event.data.impact;
    return tell(
      `impact: ${affectedCustomers} customers (${formatTiers(byTier)}), score ${score}, ${formatDollars(dollarsPerMinute)} a minute`,
    );
  }
  return isEvent(recorded, 'IncidentResolved') ? tell(`incident resolved: ${recorded.event.data.because}`) : undefined;
};

/** A page as the phone shows it; a trigger of an open alert adds to it. */
export const tellPage = ({ event, opened }: ReceivedPage): Telling | undefined => {
  if (event.event_action !== 'trigger')
    return tell(`PagerDuty: ${event.event_action === 'resolve' ? 'resolved' : 'acknowledged'}`);
  if (opened) return tell(`PAGED: ${event.payload.summary}`, REAL_DAY_MINUTES.paged);
  return tell(`page updated: ${event.payload.summary}`);
};

/** A command as the deploy system takes it. */
export const tellCommand = ({ verdict, command, detail }: ReceivedCommand, first: boolean): Telling | undefined => {
  if (verdict === 'refused') return tell(`deploy system refused a command: ${detail}`);
  if (command === undefined) return undefined;
  const nodes = `${command.audience.length} node${command.audience.length === 1 ? '' : 's'}`;
  return tell(
    `${first ? 'ROLLBACK COMMAND' : 'rollback command'}: wave ${command.wave}, ${nodes} to ${releaseName(command.to)}`,
    first ? REAL_DAY_MINUTES.halted : undefined,
  );
};
