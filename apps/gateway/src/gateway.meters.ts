import { counterOf, gaugeOf, type Meters } from '#runtime';
import type { DeadLetters } from './dead-letters.js';
import type { Intake } from './intake.js';

/** Codes of the catalogue of problems. */
const REASONS_MAX = 100;
const TAKEN = counterOf('tocsin_gateway_taken_total', 'What machines sent and the log took, by kind.', ['kind'], 3);
const OUTCOMES = counterOf('tocsin_gateway_outcomes_taken_total', 'Outcomes of the batches that the log took.');
const REFUSED = counterOf(
  'tocsin_gateway_refused_total',
  'Bodies of authenticated senders that were refused, by the code of the problem.',
  ['reason'],
  REASONS_MAX,
);
const DROPPED = counterOf(
  'tocsin_gateway_dead_letters_dropped_total',
  'Refused bodies that were not kept as dead letters: there were too many in a second.',
);
const WAITING = gaugeOf('tocsin_gateway_waiting', 'Requests that wait for the event log.');

/** Adds what came through the machines' door. */
export const meterGateway = (
  meters: Meters,
  intake: Pick<Intake, 'taken' | 'waitingNow'>,
  letters: Pick<DeadLetters, 'refused' | 'droppedSoFar'>,
): void => {
  meters.add(TAKEN, () => {
    const { batches, reports, signals } = intake.taken;
    return Object.entries({ batches, reports, signals }).map(([kind, value]) => ({ labels: { kind }, value }));
  });
  meters.add(OUTCOMES, () => intake.taken.outcomes);
  meters.add(REFUSED, () => [...letters.refused].map(([reason, value]) => ({ labels: { reason }, value })));
  meters.add(DROPPED, () => letters.droppedSoFar);
  meters.add(WAITING, () => intake.waitingNow);
};
