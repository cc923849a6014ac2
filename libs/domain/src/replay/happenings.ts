import { type Event, releaseName } from '#contracts';
import type { LoggedDecision } from './decision-log.js';

/** What somebody outside notices of a decision. */
export interface Happening {
  readonly kind: 'alert' | 'page' | 'command';
  /** `fires`, `resolves`; of a command its action. */
  readonly action: string;
  /** What it is about; the same thing has the same name under other rules. */
  readonly about: string;
  readonly atMs: number;
  readonly text: string;
}

/** A happening that was recorded, replayed, or both. */
export interface Difference {
  readonly change: 'same' | 'moved' | 'added' | 'missing';
  readonly recorded: Happening | undefined;
  readonly replayed: Happening | undefined;
}

type Names = ReadonlyMap<string, string>;

const happeningOf = ({ type, data }: Event, names: Names): Happening | undefined => {
  switch (type) {
    case 'AlertFired':
      return { kind: 'alert', action: 'fires', about: names.get(data.alertId)!, atMs: data.at, text: data.reason.text };
    case 'AlertResolved': {
      const about = names.get(data.alertId) ?? data.alertId;
      return { kind: 'alert', action: 'resolves', about, atMs: data.at, text: data.reason.text };
    }
    case 'IncidentOpened':
      return { kind: 'page', action: 'fires', about: names.get(data.incidentId)!, atMs: data.at, text: data.title };
    case 'IncidentResolved': {
      const about = names.get(data.incidentId) ?? data.incidentId;
      return { kind: 'page', action: 'resolves', about, atMs: data.at, text: data.because };
    }
    case 'CommandIssued': {
      const { action, from, to, wave, audience, issuedAtMs } = data.command;
      const about = `${releaseName(from)} to ${releaseName(to)}, wave ${wave}`;
      return { kind: 'command', action, about, atMs: issuedAtMs, text: audience.join(' ') };
    }
    default:
      return undefined;
  }
};

/**
 * Alerts that fire and resolve, pages that go out and are taken back, and commands, in the order of the decisions. A page is one
 * for each incident: to whom it goes is not the rules' business.
 */
export const happeningsOf = (decisions: readonly LoggedDecision[]): readonly Happening[] => {
  const names = new Map<string, string>();
  const happenings: Happening[] = [];
  for (const event of decisions.flatMap(({ events }) => events)) {
    if (event.type === 'AlertFired')
      names.set(event.data.alertId, `${event.data.rule} ${event.data.scope} ${event.data.key}`);
    if (event.type === 'IncidentOpened')
      names.set(event.data.incidentId, `${event.data.rule} ${event.data.scope} ${event.data.key}`);
    const happening = happeningOf(event, names);
    if (happening !== undefined) happenings.push(happening);
  }
  return happenings;
};

const nameOf = ({ kind, action, about }: Happening): string => `${kind}\0${action}\0${about}`;

const byName = (happenings: readonly Happening[]): Map<string, Happening[]> => {
  const named = new Map<string, Happening[]>();
  for (const happening of happenings) {
    const known = named.get(nameOf(happening));
    if (known === undefined) named.set(nameOf(happening), [happening]);
    else known.push(happening);
  }
  return named;
};

const isSame = (a: Happening, b: Happening): boolean => a.text === b.text || a.kind !== 'command';

const changeOf = (recorded: Happening | undefined, replayed: Happening | undefined): Difference['change'] => {
  if (recorded === undefined) return 'added';
  if (replayed === undefined) return 'missing';
  return recorded.atMs === replayed.atMs && isSame(recorded, replayed) ? 'same' : 'moved';
};

const timeOf = ({ recorded, replayed }: Difference): number => (recorded ?? replayed)!.atMs;

/** What is other than it was, by time: the first firing of an alert is compared with its first, the second with its second. */
export const differences = (recorded: readonly Happening[], replayed: readonly Happening[]): readonly Difference[] => {
  const [before, after] = [byName(recorded), byName(replayed)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((name) => {
      const [was, is] = [before.get(name) ?? [], after.get(name) ?? []];
      return Array.from({ length: Math.max(was.length, is.length) }, (_, nth): Difference => {
        return { change: changeOf(was[nth], is[nth]), recorded: was[nth], replayed: is[nth] };
      });
    })
    .toSorted((a, b) => timeOf(a) - timeOf(b));
};
