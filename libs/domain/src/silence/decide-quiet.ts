import { event, type MaintenanceWindow, type Mute } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { type Causality, inhibitorOf, possibleCauses } from '../incident/causality.js';
import type { Deciding } from '../rule/deciding.js';
import { describeSubject } from '../rule/describe-subject.js';
import type { Draft } from '../rule/draft.js';
import { FLEET } from '../rule/rule.js';
import type { TickView } from '../rule/tick-view.js';
import { silentGroups } from '../presence/silent-groups.js';
import { fitsSelector, labelsOf, type Labels } from '../rule/selector.js';
import type { Maintenance } from './maintenance.js';
import {
  decideBreakthrough,
  decideMaintenanceBegin,
  decideMaintenanceEnd,
  worseThanWork,
} from './maintenance.decide.js';
import { decideMute } from './mute.decide.js';
import { Calendar, type Occurrence } from './occurrence.js';
import { loadedAt } from './quiet-state.js';
import { isOpenAt } from './silence.js';
import { decideSilenceEnd } from './silence.decide.js';

/**
 * Alerts that one tick inhibits anew. A PoP that goes down fires an alert for each of its machines at once; they join the incident
 * of their cause in any case, so the rest may wait for the next ticks.
 */
const INHIBITED_PER_TICK_MAX = 250;

/** A cache of what follows from window and moment alone. */
const calendar = new Calendar();

/** The score of the fleet's impact; computed when it is asked for. */
type ImpactScore = () => number;

interface Quiet {
  readonly draft: Draft;
  readonly deciding: Deciding;
  readonly causality: Causality;
  readonly impactScore: ImpactScore;
  readonly labels: (alert: Alert) => Labels;
}

const mutingOf = ({ state }: Draft, id: string): number =>
  [...state.quiet.mutes.values()].filter((mute) => mute.id === id).length;

const windowsAt = ({ state }: Draft, tick: number): readonly MaintenanceWindow[] =>
  loadedAt(state.quiet, tick)?.windows ?? [];

/** A window that was shortened, lengthened or moved has other occurrences: the one that began is none of them. */
const isOccurrenceOf = ({ startsAtMs, endsAtMs }: Maintenance, occurrence: Occurrence | undefined): boolean =>
  occurrence?.startsAtMs === startsAtMs && occurrence.endsAtMs === endsAtMs;

/** Begins and ends what has its time. */
const decideTimes = ({ draft, deciding: { view, hash } }: Quiet): void => {
  const { at, tick } = view;
  for (const silence of draft.state.quiet.silences.values())
    draft.add(decideSilenceEnd(silence, mutingOf(draft, silence.silenceId), at));
  const windows = windowsAt(draft, tick);
  for (const maintenance of draft.state.quiet.maintenance.values()) {
    const window = windows.find(({ name }) => name === maintenance.window);
    const isInForce = window !== undefined && isOccurrenceOf(maintenance, calendar.at(window, at));
    draft.add(decideMaintenanceEnd(maintenance, isInForce, mutingOf(draft, maintenance.maintenanceId), at));
  }
  for (const window of windows) {
    // The tick is in it: one that begins twice, because its window was gone meanwhile, has a stream of its own each time.
    const newId = (startsAtMs: number): string => hash(`maintenance|${window.name}|${startsAtMs}|${tick}`);
    const known = [...draft.state.quiet.maintenance.values()];
    draft.add(decideMaintenanceBegin(window, calendar.at(window, at), known, { at, newId }));
  }
};

const bySilence = ({ draft, deciding: { view }, labels }: Quiet, alert: Alert): Mute | undefined => {
  const found = [...draft.state.quiet.silences.values()].find(
    (silence) => isOpenAt(silence, view.at) && fitsSelector(silence.where, labels(alert)),
  );
  if (found === undefined) return undefined;
  const because = `silenced by ${found.by}: ${found.comment}`.slice(0, 500);
  return { by: 'silence', id: found.silenceId, untilMs: found.endsAtMs, because };
};

/** Occurrences that fit an alert, each with its window. */
const fitting = (
  { draft, deciding: { view }, labels }: Quiet,
  alert: Alert,
): readonly (readonly [Maintenance, MaintenanceWindow])[] => {
  const { maintenance } = draft.state.quiet;
  if (maintenance.size === 0) return [];
  const windows = windowsAt(draft, view.tick);
  return [...maintenance.values()].flatMap((each) => {
    const window = windows.find(({ name }) => name === each.window);
    return window !== undefined && fitsSelector(window.where, labels(alert)) ? [[each, window] as const] : [];
  });
};

const silentPercentOf = (view: TickView): number => {
  const { silent, expected } = silentGroups(view).find(FLEET);
  return expected === 0 ? 0 : (100 * silent) / expected;
};

/** Before anything is muted by it: what is worse than work breaks the whole occurrence, so the order of alerts does not matter. */
const decideBreaks = (quiet: Quiet, alerts: readonly Alert[]): void => {
  const { draft, causality, impactScore, deciding } = quiet;
  for (const alert of alerts) {
    for (const [maintenance, window] of fitting(quiet, alert)) {
      if (maintenance.state === 'broken') continue;
      const tally = causality.failures.of(alert);
      const silentPercent = silentPercentOf(deciding.view);
      const worse = worseThanWork(window, { tally, impactScore: impactScore(), silentPercent });
      const because = worse === undefined ? undefined : `${worse} ${describeSubject(alert)}`;
      draft.add(decideBreakthrough(maintenance, alert.alertId, because, deciding.view.at));
    }
  }
};

const byMaintenance = (quiet: Quiet, alert: Alert): Mute | undefined => {
  const found = fitting(quiet, alert).find(([{ state }]) => state === 'quiet')?.[0];
  if (found === undefined) return undefined;
  const because = `maintenance ${found.window}`;
  return { by: 'maintenance', id: found.maintenanceId, untilMs: found.endsAtMs, because };
};

/** Why a mute is no more. */
const whyOver = ({ draft }: Quiet, before: Mute | undefined): string => {
  if (before === undefined) return '';
  if (before.by === 'silence') return `silence ${before.id} is over`;
  if (before.by === 'alert')
    return draft.state.alerts.has(before.id)
      ? `alert ${before.id} does not explain it any more`
      : `alert ${before.id} is over`;
  const broken = draft.state.quiet.maintenance.get(before.id)?.because;
  return broken === undefined ? 'the maintenance is over' : `worse than maintenance may be: ${broken}`.slice(0, 500);
};

/** The first alert that a silence or an occurrence mutes is told on its stream. */
const decideMatch = ({ draft, deciding: { view } }: Quiet, alertId: string, { by, id }: Mute): void => {
  const { at } = view;
  const { silences, maintenance } = draft.state.quiet;
  if (by === 'silence' && silences.get(id)?.hasMatched === false)
    draft.add([event('SilenceMatched', { silenceId: id, alertId, at })]);
  if (by === 'maintenance' && maintenance.get(id)?.hasMatched === false)
    draft.add([event('MaintenanceMatched', { maintenanceId: id, alertId, at })]);
};

const decideOne = (quiet: Quiet, alert: Alert, mute: Mute | undefined): void => {
  const { draft, deciding } = quiet;
  const before = draft.state.quiet.mutes.get(alert.alertId);
  const because = whyOver(quiet, before);
  draft.add(decideMute(alert.alertId, before, { mute, because }, deciding.view.at));
  if (mute !== undefined) decideMatch(quiet, alert.alertId, mute);
};

const byCause = (quiet: Quiet, alert: Alert, causes: readonly Alert[]): Mute | undefined => {
  const before = quiet.draft.state.quiet.mutes.get(alert.alertId);
  const cause = inhibitorOf(alert, causes, before?.by === 'alert' ? before.id : undefined, quiet.causality);
  if (cause === undefined) return undefined;
  const because = `inhibited: ${cause.rule} ${describeSubject(cause)} explains it`.slice(0, 500);
  return { by: 'alert', id: cause.alertId, untilMs: null, because };
};

/**
 * Decides what of this tick pages nobody: silences, maintenance, and alerts that another one explains. It mutes pages and nothing
 * else: an alert fires and is recorded, and what is done by itself is done. Who is silenced inhibits nobody, since then nobody
 * would be told.
 */
export const decideQuiet = (draft: Draft, deciding: Deciding, causality: Causality, impactScore: ImpactScore): void => {
  const { view } = deciding;
  const known = new Map<string, Labels>();
  const labels = (alert: Alert): Labels => {
    const labelled = known.get(alert.alertId) ?? {
      ...labelsOf(alert, view),
      rule: alert.rule,
      severity: alert.severity,
    };
    known.set(alert.alertId, labelled);
    return labelled;
  };
  const quiet = { draft, deciding, causality, impactScore, labels };
  decideTimes(quiet);
  const alerts = [...draft.state.alerts.values()];
  if (alerts.length === 0) return;
  decideBreaks(quiet, alerts);
  const muted = new Map(alerts.map((alert) => [alert, bySilence(quiet, alert) ?? byMaintenance(quiet, alert)]));
  const causes = possibleCauses(
    alerts.filter((alert) => muted.get(alert) === undefined),
    causality,
  );
  let inhibited = 0;
  for (const [alert, mute] of muted) {
    const wanted = mute ?? byCause(quiet, alert, causes);
    const isNew = wanted?.by === 'alert' && draft.state.quiet.mutes.get(alert.alertId)?.id !== wanted.id;
    if (isNew) inhibited += 1;
    if (!isNew || inhibited <= INHIBITED_PER_TICK_MAX) decideOne(quiet, alert, wanted);
  }
};
