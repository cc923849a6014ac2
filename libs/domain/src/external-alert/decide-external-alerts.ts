import { event, type Event, KEY_SEPARATOR, TICK_MS } from '#contracts';
import { type Alert, alertKeyOf } from '../alert/alert.js';
import { type Firing, flappingOf } from '../alert/firings.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import {
  decideExternalAcknowledgement,
  decideExternalAlert,
  decideExternalTime,
  decideOverflow,
  type ExternalContext,
  isDecided,
  isStale,
} from './external-alert.decide.js';
import { EXTERNAL_OVERFLOW, identityOf, identityOfAlert, isExternal, keyOf, ruleOf } from './external-alert.js';
import { crowdOf, decideRoom } from './room.decide.js';
import type { ToldAlert } from './told-alerts.js';

const OVERFLOW_KEY = `overflow${KEY_SEPARATOR}`;

const openAlerts = ({ state }: Draft): readonly Alert[] => [...state.alerts.values()].filter(isExternal);

const isOverflow = ({ rule }: Alert): boolean => rule === EXTERNAL_OVERFLOW.name;

const contextOf = (draft: Draft, { view, hash }: Deciding, rule: string, key: string): ExternalContext => {
  const alertKey = alertKeyOf(rule, 'external', key);
  return {
    tick: view.tick,
    at: view.at,
    key,
    newAlertId: () => hash(`alert|${alertKey}|${view.tick}`),
    flapping: () => flappingOf(draft.state.firings, alertKey, view.at),
  };
};

/** The open alerts by identity, as one tick changes them. */
class OpenExternals {
  private readonly known: Map<string, string>;
  /** How many did not fire, or gave way to others. */
  turnedAway = 0;
  /** As they were before this tick was decided here. */
  private readonly firings: readonly Firing[];

  constructor(
    private readonly draft: Draft,
    private readonly deciding: Deciding,
  ) {
    this.firings = draft.state.firings;
    this.known = new Map(openAlerts(draft).map((alert) => [identityOfAlert(alert), alert.alertId]));
  }

  /** Decides what a signal changes. */
  take({ signal, tick }: ToldAlert): void {
    const { draft, deciding } = this;
    const identity = identityOf(signal, deciding.hash);
    const alert = draft.state.alerts.get(this.known.get(identity) ?? '');
    const key = alert?.key ?? keyOf(signal, deciding.hash);
    const rule = alert?.rule ?? ruleOf(signal);
    const { view } = deciding;
    if (tick >= view.tick && isDecided(this.firings, alertKeyOf(rule, 'external', key), view.tick)) return;
    if (signal.action === 'trigger' && isStale(alert, (tick + 1) * TICK_MS)) return;
    // What was told before was decided before: it is over since, or there was no room for it.
    if (alert === undefined && signal.action === 'trigger' && (tick < view.tick || !this.makeRoom(signal))) return;
    this.add(identity, decideExternalAlert(alert, { signal, tick }, contextOf(draft, deciding, rule, key)));
  }

  private makeRoom(signal: ToldAlert['signal']): boolean {
    const { draft, deciding } = this;
    const room = decideRoom(
      openAlerts(draft).filter((alert) => !isOverflow(alert)),
      signal,
    );
    if (room.is !== 'free') this.turnedAway += 1;
    if (room.is === 'made') {
      const { instead, because } = room;
      const { alertId } = instead;
      this.add(identityOfAlert(instead), [event('AlertWithdrawn', { alertId, because, at: deciding.view.at })]);
    }
    return room.is !== 'none';
  }

  private add(identity: string, events: readonly Event[]): void {
    this.draft.add(events);
    for (const { type, data } of events) {
      if (type === 'AlertFired') this.known.set(identity, data.alertId);
      if (type === 'AlertResolved' || type === 'AlertWithdrawn') this.known.delete(identity);
    }
  }
}

const decideTimes = (draft: Draft, deciding: Deciding): void => {
  const { external } = deciding;
  for (const alert of openAlerts(draft)) {
    if (isOverflow(alert)) continue;
    const lastTick = external.lastTick(identityOfAlert(alert));
    const lastToldMs = Math.max(alert.firedAtMs, lastTick === undefined ? 0 : (lastTick + 1) * TICK_MS);
    draft.add(decideExternalTime(alert, lastToldMs, contextOf(draft, deciding, alert.rule, alert.key)));
  }
};

/** Records what other systems told of changes. Each telling has an id of its own: one that the log holds twice is told twice. */
export const decideExternalChanges = (draft: Draft, { view, external, hash }: Deciding): void => {
  external.changesOf(view.tick).forEach(({ signal, tick }, index) => {
    const { type: _type, atUs: _atUs, changeId: told, ...change } = signal;
    const changeId = hash(`change|${told}|${tick}|${index}`);
    draft.add([event('ExternalChangeTold', { changeId, ...change, at: view.at })]);
  });
};

/** Decides what other systems told of their alerts, and what they should have told and did not. */
export const decideExternalAlerts = (draft: Draft, deciding: Deciding): void => {
  const told = deciding.external.current(deciding.view.tick);
  const before = openAlerts(draft);
  if (told.length === 0 && before.length === 0) return;
  const open = new OpenExternals(draft, deciding);
  for (const each of told) open.take(each);
  decideTimes(draft, deciding);
  const crowd = crowdOf(openAlerts(draft).filter((alert) => !isOverflow(alert)));
  const { turnedAway } = open;
  const context = contextOf(draft, deciding, EXTERNAL_OVERFLOW.name, OVERFLOW_KEY);
  draft.add(decideOverflow(before.find(isOverflow), { ...crowd, turnedAway }, context, EXTERNAL_OVERFLOW));
};

/** Decides whom other systems say to have taken an alert on: once its incident is known, which may have opened on this tick. */
export const decideExternalAcknowledgements = (draft: Draft, { view, external, hash }: Deciding): void => {
  const acknowledged = external.current(view.tick).filter(({ signal }) => signal.action === 'acknowledge');
  if (acknowledged.length === 0) return;
  const byIdentity = new Map(openAlerts(draft).map((alert) => [identityOfAlert(alert), alert]));
  for (const { signal, tick } of acknowledged) {
    const alert = byIdentity.get(identityOf(signal, hash));
    // What is read again after a restart may have been said of an episode that is over, or of a warning, which nobody was paged for.
    if (alert === undefined || (tick + 1) * TICK_MS < (alert.raisedAtMs ?? alert.firedAtMs)) continue;
    const incident = [...draft.state.incidents.values()].find(
      ({ state, alertIds }) => state === 'open' && alertIds.has(alert.alertId),
    );
    draft.add(decideExternalAcknowledgement(incident, { signal, tick }, view.at));
  }
};
