import { event, type Event, type SpilloverSignal } from '#contracts';
import { describeSpillover, measureSpillover, nextLevel, SPILLOVER_PROVIDERS_MAX } from '../signal/spillover.js';
import type { Incident } from './incident.js';

/** Tells an open incident what another provider sees, once as it rises and once as it recedes. It opens, joins and ends nothing. */
export const decideSpillover = (incident: Incident, signal: SpilloverSignal, at: number): readonly Event[] => {
  const { incidentId, state, spillovers } = incident;
  const { provider, atUs } = signal;
  const told = spillovers.get(provider);
  if (state !== 'open' || (told === undefined && spillovers.size >= SPILLOVER_PROVIDERS_MAX)) return [];
  const measure = measureSpillover(signal);
  const level = nextLevel(told, measure);
  if (level === undefined) return [];
  const because = describeSpillover(signal).slice(0, 500);
  return [event('SpilloverObserved', { incidentId, provider, level, ...measure, because, observedAtUs: atUs, at })];
};
