import type { FleetHealth } from '../api/followed.js';
import { lengthOf } from '../time/moments.js';
import { count, money, percent } from '../ui/figures.js';
import type { FleetImpact, OpenTitle } from './now-document.js';
import { warningsOf } from './warnings.js';

/** How it stands, worst first; `silent`, `idle` and `unread` are no good states: nothing is known. */
export type Standing = 'failing' | 'warned' | 'silent' | 'idle' | 'unread' | 'well';

/** The line that answers "is it us, how bad, is it getting worse". */
export interface Verdict {
  readonly standing: Standing;
  readonly text: string;
  /** The same without its figures, which change each second: what is read out when it changes. */
  readonly said: string;
}

/** What the line is made of. */
export interface VerdictFacts {
  readonly worst: OpenTitle | undefined;
  readonly health: FleetHealth | null;
  /** Undefined: not read yet, or not readable. */
  readonly impact: FleetImpact | undefined;
  /** ms since the epoch. */
  readonly now: number;
  /** Whether figures come: none has come yet, they do, or none came for too long. */
  readonly hearing: 'awaited' | 'heard' | 'stale';
  /** Of what moment the figures are, where they are old: `11:49:03 UTC, 2 min old`. */
  readonly asOf: string;
}

/** Priorities that a person is paged for come first; of equals the one that began first. */
const rank = ({ priority, severity, openedAt }: OpenTitle): string =>
  `${priority ?? 'P9'} ${severity === 'critical' ? 0 : 1} ${openedAt}`;

/** The incident that the page speaks of: the gravest that is not over. */
export const gravest = (incidents: readonly OpenTitle[]): OpenTitle | undefined =>
  incidents.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))[0];

/** How many are open beside the one that the page speaks of, in words; `isMore`: there are more than were asked for. */
export const othersOpen = (incidents: readonly OpenTitle[], isMore: boolean): string | undefined => {
  const worst = gravest(incidents);
  const others = incidents.filter((incident) => incident !== worst);
  if (others.length === 0) return undefined;
  const untaken = others.filter(({ acknowledgedAt }) => acknowledgedAt === null).length;
  const are = others.length === 1 && !isMore ? 'is' : 'are';
  const taken = untaken === 0 ? 'all acknowledged' : `${count(untaken)} not acknowledged`;
  return `and ${isMore ? 'at least ' : ''}${count(others.length)} more ${are} open, ${taken}`;
};

const hurtOf = (impact: FleetImpact | undefined): string =>
  impact === undefined
    ? 'who is hurt is not read yet'
    : `${count(impact.affectedCustomers)} customers, score ${count(impact.score)}, ${money(impact.dollarsPerMinute)} a minute`;

const ofIncident = (worst: OpenTitle, { health, impact, now, hearing, asOf }: VerdictFacts): Verdict => {
  const head = `${worst.priority ?? worst.severity} · ${worst.title}`;
  const over = hearing === 'stale' ? `as of ${asOf}` : 'over the last minute';
  return {
    standing: worst.severity === 'critical' ? 'failing' : 'warned',
    text: [
      head,
      `whole fleet ${over}: success ${percent(health?.fleet.success)}, ${hurtOf(impact)}`,
      `for ${lengthOf(now - Date.parse(worst.onsetAt ?? worst.openedAt))}`,
    ].join(' · '),
    said: head,
  };
};

const plain = (standing: Standing, said: string, more = ''): Verdict => ({ standing, said, text: `${said}${more}` });

/** What to say first. */
export const verdictOf = (facts: VerdictFacts): Verdict => {
  const { worst, health, impact, hearing, asOf } = facts;
  if (worst !== undefined) return ofIncident(worst, facts);
  if (hearing === 'awaited') return plain('unread', 'Nothing is open; how the fleet is has not been heard yet.');
  if (hearing === 'stale' || health === null)
    return plain(
      'silent',
      'No telemetry: nothing is heard of the fleet. That is unknown, not healthy.',
      health === null ? '' : ` The last was of ${asOf}.`,
    );
  const { good, bad, success } = health.fleet;
  if (health.regions.length === 0)
    return plain('silent', 'No node is registered: nothing is known of the fleet. That is unknown, not healthy.');
  if (good + bad === 0)
    return plain(
      'idle',
      'Nothing was asked in the last minute: no traffic, or no telemetry of it. The page Fleet tells them apart.',
    );
  const hurt = impact?.affectedCustomers ?? 0;
  if (hurt > 0)
    return plain(
      'warned',
      'Customers are hurt, and no incident is open for it',
      ` · ${hurtOf(impact)} · fleet success ${percent(success)} over the last minute`,
    );
  const figures = ` · fleet success ${percent(success)} over the last minute`;
  const low = warningsOf({ success, p99: undefined, score: undefined }).success;
  if (low !== undefined) return plain('warned', `Fleet success is ${low}, and no incident is open for it`, figures);
  if (impact === undefined) return plain('unread', 'Nothing is open; who is hurt is not known', figures);
  return plain('well', 'Nothing is open', figures);
};
