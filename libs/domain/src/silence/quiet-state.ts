import { type Event, type MaintenanceWindow, type Mute, streamOf } from '#contracts';
import { isEventOf } from '../rule/event-guard.js';
import { evolveMaintenance, isMaintenanceEvent, type Maintenance } from './maintenance.js';
import { evolveSilence, isSilenceEvent, type Silence } from './silence.js';

/** The windows of a set of rules, from a tick on. */
export interface LoadedWindows {
  readonly fromTick: number;
  readonly windows: readonly MaintenanceWindow[];
  /** The set they came with, and when. */
  readonly sha256: string;
  readonly loadedAtMs: number;
}

/**
 * What is quiet: silences that are not over (bounded where they are made), occurrences of maintenance that began (one of each
 * window), and which open alerts are muted (one of each alert). It changes by recorded events only.
 */
export interface QuietState {
  readonly silences: ReadonlyMap<string, Silence>;
  readonly maintenance: ReadonlyMap<string, Maintenance>;
  /** Alert → why it pages nobody. */
  readonly mutes: ReadonlyMap<string, Mute>;
  /** The sets of rules in force and the ones that follow, by their first ticks. */
  readonly loaded: readonly LoadedWindows[];
}

/** Nothing is quiet. */
export const NOTHING_QUIET: QuietState = { silences: new Map(), maintenance: new Map(), mutes: new Map(), loaded: [] };

/** Sets of rules that are kept: the one in force and those loaded since; a set is in force seconds after it is loaded. */
const LOADED_MAX = 8;

const isMuteEvent = isEventOf('AlertMuted', 'AlertUnmuted', 'AlertResolved', 'AlertWithdrawn');
const isLoad = isEventOf('RulesLoaded');

const changed = <T>(map: ReadonlyMap<string, T>, id: string, value: T | undefined): ReadonlyMap<string, T> => {
  const next = new Map(map);
  if (value === undefined) next.delete(id);
  else next.set(id, value);
  return next;
};

/** What is quiet after an event; undefined when the event is no concern of it. */
export const evolveQuiet = (quiet: QuietState, event: Event): QuietState | undefined => {
  if (isSilenceEvent(event)) {
    const id = event.data.silenceId;
    return { ...quiet, silences: changed(quiet.silences, id, evolveSilence(quiet.silences.get(id), event)) };
  }
  if (isMaintenanceEvent(event)) {
    const id = event.data.maintenanceId;
    const after = evolveMaintenance(quiet.maintenance.get(id), event);
    return { ...quiet, maintenance: changed(quiet.maintenance, id, after) };
  }
  if (isMuteEvent(event)) {
    const mute = event.type === 'AlertMuted' ? event.data.mute : undefined;
    return { ...quiet, mutes: changed(quiet.mutes, event.data.alertId, mute) };
  }
  if (!isLoad(event)) return undefined;
  const { fromTick, sha256, at, ruleSet } = event.data;
  const loaded = [...quiet.loaded, { fromTick, windows: ruleSet.maintenance, sha256, loadedAtMs: at }];
  return { ...quiet, loaded: loaded.toSorted((a, b) => a.fromTick - b.fromTick).slice(-LOADED_MAX) };
};

/** The set of rules in force at a tick, as far as it concerns what is quiet; undefined before the first. */
export const loadedAt = ({ loaded }: QuietState, tick: number): LoadedWindows | undefined =>
  loaded.findLast(({ fromTick }) => fromTick <= tick);

/** Streams of what is quiet. */
export const quietStreams = ({ silences, maintenance }: QuietState): readonly string[] => [
  ...Array.from(silences.keys(), streamOf.silence),
  ...Array.from(maintenance.keys(), streamOf.maintenance),
  streamOf.rules,
];
