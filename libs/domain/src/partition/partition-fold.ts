import { createSlotFold } from '../window/create-slot-fold.js';
import type { SlotFold, ZoneCatalogue } from '../window/slot-fold.js';
import { createProbeFold } from './probe-fold.js';
import type { TelemetryTopic } from './read-record.decide.js';

/** Slots that stay open up to the one of receive time: outcomes up to a minute late are still seen by the rules. */
export const OPEN_SLOTS = 60;
/** Most zones of nobody per slot; the rest count for `other`. A scan of random names must not fill the memory. */
const ZONES_MAX = 1_000;

/** The fold of a partition: what probes say of nodes stays apart. */
export const createPartitionFold = (topic: TelemetryTopic, catalogue: ZoneCatalogue): SlotFold => {
  const createFold = topic === 'telemetry.probes' ? createProbeFold : createSlotFold;
  return createFold({ catalogue, openSlots: OPEN_SLOTS, zonesMax: ZONES_MAX });
};
