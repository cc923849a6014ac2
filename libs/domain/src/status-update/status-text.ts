import {
  FALLBACK_PROVIDERS,
  STATUS_REGION_MAX,
  STATUS_REGIONS_MAX,
  STATUS_TITLE_MAX,
  type StatusState,
  type StatusUpdate,
} from '#contracts';
import { PROVIDERS } from '../fallback/provider.js';
import type { StatusFacts } from './status-facts.js';

/** Regions that a text spells out: a sentence is read. */
const REGIONS_NAMED = 5;
/** Customers beyond which it is everybody's. */
const CRITICAL_CUSTOMERS_MIN = 10;

/** How a text is written. */
export interface Wording {
  /** Customers for whom another DNS provider answers now. */
  readonly fallbackCustomers: number;
  /** null: none follows. */
  readonly nextUpdateAtMs: number | null;
}

const minute = (ms: number): string => `${new Date(ms).toISOString().slice(11, 16)} UTC`;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** `us-east` as people write it: US East. */
export const regionWords = (region: string): string =>
  region
    .split(/[-_. ]/)
    .map((part) => (part.length <= 2 ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1)))
    .join(' ');

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

const whereOf = ({ regions }: Pick<StatusFacts, 'regions'>, most = REGIONS_NAMED): string => {
  if (regions.length === 0 || most === 0) return '';
  const named = regions.slice(0, most).map(regionWords);
  const rest = regions.length - named.length;
  return ` in ${listed(rest > 0 ? [...named, `${rest} more ${rest === 1 ? 'region' : 'regions'}`] : named)}`;
};

interface What {
  readonly now: string;
  readonly before: string;
}

const SILENT: What = {
  now: 'Some of our name servers do not answer',
  before: 'Some of our name servers did not answer',
};
const FAILING: What = { now: 'Some DNS queries fail', before: 'Some DNS queries failed' };

/** What a signal means for who asks; of every other one queries fail. */
const WHAT: Readonly<Record<string, What>> = {
  latency: { now: 'DNS queries are answered slowly', before: 'DNS queries were answered slowly' },
  silent_share: SILENT,
  restart_loops: SILENT,
  traffic_change: { now: 'Fewer DNS queries than usual reach us', before: 'Fewer DNS queries than usual reached us' },
};

const whatOf = ({ signal }: Pick<StatusFacts, 'signal'>): What => WHAT[signal] ?? FAILING;

/** How far it is known: what was shown by telemetry, never what is hoped. */
export const statusStateOf = (facts: StatusFacts): StatusState => {
  const { resolvedAtMs, rollback, isCauseKnown, peakCustomers, affectedCustomers } = facts;
  if (resolvedAtMs !== undefined) return 'resolved';
  if (affectedCustomers === 0 && (rollback?.state === 'completed' || peakCustomers > 0)) return 'monitoring';
  return isCauseKnown || rollback !== undefined ? 'identified' : 'investigating';
};

const impactOf = ({ peakCustomers, priority }: StatusFacts): StatusUpdate['impact'] => {
  if (peakCustomers >= CRITICAL_CUSTOMERS_MIN) return 'critical';
  return peakCustomers > 0 || priority !== undefined ? 'major' : 'minor';
};

const rollbackWords = ({ rollback }: StatusFacts): string => {
  if (rollback === undefined) return '';
  const { state, waves, wavesVerified } = rollback;
  if (state === 'stopped') return ' Our engineers take over from the automatic repair.';
  if (state === 'completed') return ' Our servers run a version again that is known to be good.';
  return ` We return our servers to a version that is known to be good, in steps that are checked one by one: ${wavesVerified} of ${waves} are done.`;
};

const doingWords = (facts: StatusFacts, state: StatusState): string => {
  switch (state) {
    case 'investigating':
      return ' We are looking for the cause.';
    case 'identified':
      return `${facts.isCauseKnown ? ' The cause is known.' : ''}${rollbackWords(facts)}`;
    case 'monitoring':
      return `${rollbackWords(facts)} Queries are answered well again as far as we measure; we keep watching.`;
    case 'resolved':
      return '';
  }
};

const sentences = (facts: StatusFacts, state: StatusState, wording: Wording): string => {
  const { startedAtMs, resolvedAtMs } = facts;
  const { now, before } = whatOf(facts);
  const since = `${minute(startedAtMs)} on ${day(startedAtMs)}`;
  if (resolvedAtMs !== undefined)
    return `Resolved. ${before}${whereOf(facts)}, from ${since} until ${minute(resolvedAtMs)}.`;
  const { fallbackCustomers, nextUpdateAtMs } = wording;
  const elsewhere =
    fallbackCustomers === 0 ? '' : ' For customers that are hit hardest another DNS provider answers meanwhile.';
  const next = nextUpdateAtMs === null ? '' : ` Next update by ${minute(nextUpdateAtMs)}.`;
  return `${now}${whereOf(facts)}, since ${since}.${doingWords(facts, state)}${elsewhere}${next}`;
};

const resolvers = FALLBACK_PROVIDERS.map((each) => `${PROVIDERS[each].resolver} (${PROVIDERS[each].title})`).join(', ');

/** What a customer can do itself. A public resolver asks us too: it helps where another provider answers for the customer. */
export const workaroundOf = (facts: StatusFacts, { fallbackCustomers }: Wording): string => {
  if (facts.resolvedAtMs !== undefined) return '';
  const keep = 'Leave your registrations and name server records as they are.';
  if (fallbackCustomers === 0)
    return `Let resolvers that you run go on answering from their cache where they can (serve-stale, RFC 8767). ${keep}`;
  return `Let resolvers and forwarders that you run ask one of these meanwhile: ${resolvers}. ${keep}`;
};

/** The title stays as it is for an incident's whole life: the receiver files updates under it. It names as many regions as have room. */
export const statusTitleOf = (facts: Pick<StatusFacts, 'signal' | 'regions'>): string => {
  for (let most = REGIONS_NAMED; most > 0; most -= 1) {
    const title = `${whatOf(facts).now}${whereOf(facts, most)}`;
    if (title.length <= STATUS_TITLE_MAX) return title;
  }
  return whatOf(facts).now;
};

/** An update from the facts, in words without names of ours. */
export const writeStatusUpdate = (facts: StatusFacts, title: string, wording: Wording): StatusUpdate => {
  const state = statusStateOf(facts);
  return {
    title,
    state,
    impact: impactOf(facts),
    text: sentences(facts, state, wording),
    workaround: workaroundOf(facts, wording),
    regions: facts.regions.slice(0, STATUS_REGIONS_MAX).map((region) => region.slice(0, STATUS_REGION_MAX)),
    startedAtMs: facts.startedAtMs,
    nextUpdateAtMs: wording.nextUpdateAtMs,
  };
};
