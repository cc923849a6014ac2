import { type Impact, KEY_SEPARATOR, TIERS } from '#contracts';
import { durationWords } from '#domain';
import type { Page, PagedRedirect, PagedRollback } from './page.js';

/** One thing a page says, by name. */
export interface PageFact {
  readonly name: string;
  readonly text: string;
}

/** Customers named on a page; the others are counted. */
const NAMES_MAX = 5;

const figure = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `1 customer`, `142 customers`. */
export const counted = (count: number, what: string): string => `${figure(count)} ${what}${count === 1 ? '' : 's'}`;

/** `$674,000 a minute, $2,022,000 so far`. */
export const moneyOf = ({ dollarsPerMinute, cumulativeDollars = 0 }: Impact): string =>
  `$${figure(dollarsPerMinute)} a minute${cumulativeDollars >= 1 ? `, $${figure(cumulativeDollars)} so far` : ''}`;

/** Said where the incident is about less: what was counted is not its own. */
export const ofWhom = ({ covers = [] }: Impact): string =>
  covers.some(({ scope }) => scope === 'fleet') ? ' of the fleet' : '';

/** `release v2.1.5+c42 in region us-east`, `the fleet`, `PoP iad`. */
export const placeOf = (scope: string, key: string): string => {
  if (scope === 'fleet') return 'the fleet';
  if (scope === 'pop') return `PoP ${key}`;
  const [release, region] = key.split(KEY_SEPARATOR);
  if (scope === 'external')
    return region === undefined || region === '' ? 'another system' : `region ${region}, by another system`;
  if (scope === 'release_region') return `release ${release}${region === undefined ? '' : ` in region ${region}`}`;
  return `${scope.replaceAll('_', ' ')} ${key}`;
};

const utcOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `24 s`, `11 min`, `3 h 13 min`: from the onset to what the page tells, the same over all attempts. */
const lengthOf = (ms: number): string => durationWords(ms, ms < 60_000 ? 'second' : 'minute');

const sinceOf = ({ at, onsetAt, openedAt }: Page): string | undefined => {
  const since = onsetAt ?? openedAt;
  if (since === undefined) return undefined;
  return at === undefined || at < since ? utcOf(since) : `${utcOf(since)}, ${lengthOf(at - since)} before this page`;
};

const releaseOf = ({ release, rollbacks }: Page): string | undefined => {
  const change = rollbacks.find(({ from }) => from !== undefined);
  const blamed = change?.from ?? release;
  return blamed === undefined || change?.to === undefined ? blamed : `${blamed}, before it ${change.to}`;
};

const customersOf = (impact: Impact): string => {
  const { affectedCustomers, byTier, top } = impact;
  const tiers = TIERS.filter((tier) => byTier[tier] > 0).map(
    (tier) => `${byTier[tier]} ${tier.replace('tier', 'tier ')}`,
  );
  const names = top.slice(0, NAMES_MAX).map(({ name }) => name);
  const others = affectedCustomers - names.length;
  const who = names.length === 0 ? '' : `: ${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
  return `${figure(affectedCustomers)}${ofWhom(impact)}${tiers.length === 0 ? '' : ` (${tiers.join(', ')})`}${who}`;
};

const becauseOf = (because: string | undefined): string => (because === undefined ? '' : `: ${because}`);

const waveText = ({ waves, wavesCommanded, wavesVerified }: PagedRollback): string =>
  wavesCommanded > wavesVerified
    ? `wave ${wavesCommanded} of ${waves} commanded, ${wavesVerified} verified`
    : `${wavesVerified} of ${counted(waves, 'wave')} verified`;

const rollbackText = (rollback: PagedRollback): string => {
  const { status, from, to, because, refusal } = rollback;
  const what = `rollback${from === undefined ? '' : ` of ${from}`}${to === undefined ? '' : ` to ${to}`}`;
  if (status === 'refused') return `${what} refused${becauseOf(refusal?.because ?? because)}`;
  if (status === 'running') return `${what} is running, ${waveText(rollback)}`;
  if (status === 'proposed') return `${what} is proposed and waits for a person${becauseOf(because)}`;
  if (status === 'stopped') return `${what} halted after ${waveText(rollback)}${becauseOf(because)}`;
  return `${what} ${status}${becauseOf(because)}`;
};

const redirectText = ({ status, scope, key, nodes, because }: PagedRedirect): string => {
  const what = scope === undefined || key === undefined ? counted(nodes, 'node') : placeOf(scope, key);
  return `redirect of ${what}: ${status}${because === undefined ? '' : ` (${because})`}`;
};

const fallbackText = ({ fallbacks }: Page): string[] => {
  if (fallbacks === undefined) return [];
  const { decided, running, stopped } = fallbacks;
  const stops = stopped === 0 ? '' : `, ${stopped} stopped`;
  return [`${counted(decided + running, 'customer')} on or going to another provider${stops}`];
};

/** What Tocsin does about it by itself. */
const automationOf = (page: Page): string => {
  const acts = [...page.rollbacks.map(rollbackText), ...page.redirects.map(redirectText), ...fallbackText(page)];
  return acts.length === 0 ? 'nothing so far' : acts.join('; ');
};

const WHO: ReadonlyMap<string, string> = new Map([
  ['vp', 'the VP on duty'],
  ['on_call', 'who is on call'],
]);

const calledOf = ({ escalation, called }: Page): string | undefined => {
  const calls = escalation === undefined ? called : [escalation];
  const texts = calls.map(({ to, because }) => `${WHO.get(to) ?? to.replaceAll('_', ' ')} (${because})`);
  return texts.length === 0 ? undefined : texts.join('; ');
};

const coverageOf = ({ reason, degraded }: Page): string | undefined => {
  const coverage = reason?.coverage;
  // Rounded down: 99.9 % is not all of them.
  const partial =
    coverage === undefined || coverage >= 1
      ? undefined
      : `${Math.floor(coverage * 100)} % of what should report does: more may be hurt than is known`;
  const parts = [degraded === undefined ? undefined : `degraded: ${degraded}`, partial].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? undefined : parts.join('; ');
};

const stateOf = ({ status, acknowledgedBy, note, because }: Page): string | undefined => {
  if (status === 'resolved') return `resolved${becauseOf(because)}`;
  if (acknowledgedBy === undefined) return undefined;
  return `acknowledged by ${acknowledgedBy}${becauseOf(note)}`;
};

const whatOf = ({ reason, title }: Page): string => {
  const { text, detail } = reason ?? {};
  return `${text ?? title}${detail === undefined ? '' : ` (${detail})`}`;
};

const knownHurt = ({ impact }: Page): Impact | undefined =>
  impact !== undefined && impact.affectedCustomers > 0 ? impact : undefined;

const whereOf = ({ widens, scope, key }: Page): string | undefined => {
  if (widens !== undefined) return placeOf(widens.scope, widens.key);
  return scope === undefined || key === undefined ? undefined : placeOf(scope, key);
};

/** Everything a page says beside its headline, the most needed first: what a small receiver cuts off is the end. */
export const factsOf = (page: Page): readonly PageFact[] => {
  const hurt = knownHurt(page);
  // State tells why it is over, Called why somebody is called: not twice.
  const isTold = page.status === 'resolved' || page.escalation !== undefined;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['State', stateOf(page)],
    ['What', whatOf(page)],
    ['Where', whereOf(page)],
    ['Since', sinceOf(page)],
    ['Release', releaseOf(page)],
    ['Customers', hurt === undefined ? 'none known yet' : customersOf(hurt)],
    ['Money', hurt === undefined ? undefined : moneyOf(hurt)],
    ['Automation', automationOf(page)],
    ['Called', calledOf(page)],
    ['Because', isTold ? undefined : page.because],
    ['Muted', page.muted],
    ['Priority', page.priority],
    ['Coverage', coverageOf(page)],
  ];
  return facts.flatMap(([name, text]) => (text === undefined ? [] : [{ name, text }]));
};
