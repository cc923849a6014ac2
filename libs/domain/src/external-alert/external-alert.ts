import { EXTERNAL_SOURCES, type ExternalAlertSignal, KEY_SEPARATOR } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { AlertSubject } from '../rule/rule.js';

/**
 * Alerts of other systems are alerts as every other: they fire, page, are silenced and resolve, and an incident opens for a critical
 * one. What is not known of them is outcomes: so they are no evidence against a release, roll nothing back, and count in no impact.
 */

/** What the rule of each begins with: `external:prometheus:DnsSuccessRate`. */
export const EXTERNAL_PREFIX = 'external:';
/** The longest name of a rule, as the contract says. */
const RULE_CHARS_MAX = 128;
/** The rule of the alert that says that there are too many. */
export const EXTERNAL_OVERFLOW = { name: 'external:overflow', severity: 'critical' } as const;

/** Characters of a key at its source that stand in ours; a longer one is told by its hash. */
const KEY_CHARS_MAX = 100;

/** Whether an alert is of another system. */
export const isExternal = ({ scope }: Pick<AlertSubject, 'scope'>): boolean => scope === 'external';

/** The rule under which an alert of another system fires; a silence chooses by it. */
export const ruleOf = ({ source, name }: Pick<ExternalAlertSignal, 'source' | 'name'>): string =>
  `${EXTERNAL_PREFIX}${source}:${name}`.slice(0, RULE_CHARS_MAX);

/** What the same alert has at its source each time, in characters that can stand in a key. */
const idOf = ({ dedupKey }: Pick<ExternalAlertSignal, 'dedupKey'>, hash: (text: string) => string): string =>
  dedupKey.length > KEY_CHARS_MAX || dedupKey.includes(KEY_SEPARATOR) ? hash(dedupKey) : dedupKey;

/** The key of its alert: what it is told by, and the region that it is about. */
export const keyOf = (
  signal: Pick<ExternalAlertSignal, 'dedupKey' | 'region'>,
  hash: (text: string) => string,
): string => `${idOf(signal, hash)}${KEY_SEPARATOR}${signal.region?.replaceAll(KEY_SEPARATOR, '/') ?? ''}`;

/** The region of a key; undefined where none was said. */
export const regionOf = (key: string): string | undefined => {
  const region = key.slice(key.indexOf(KEY_SEPARATOR) + 1);
  return region === '' ? undefined : region;
};

/** Source and key there: at most one alert of them is open, whatever else is said of it the next time. */
export const identityOf = (
  { source, dedupKey }: Pick<ExternalAlertSignal, 'source' | 'dedupKey'>,
  hash: (text: string) => string,
): string => `${source}${KEY_SEPARATOR}${idOf({ dedupKey }, hash)}`;

/** The source of an alert's rule; undefined for the one about too many. */
export const sourceOf = ({ rule }: Pick<Alert, 'rule'>): ExternalAlertSignal['source'] | undefined =>
  EXTERNAL_SOURCES.find((source) => rule.startsWith(`${EXTERNAL_PREFIX}${source}:`));

/** The identity of an open alert. */
export const identityOfAlert = (alert: Pick<Alert, 'rule' | 'key'>): string =>
  `${sourceOf(alert) ?? ''}${KEY_SEPARATOR}${alert.key.split(KEY_SEPARATOR, 1)[0]}`;

/**
 * What alerts must have in common to be of one incident: kind and region, as Alertmanager is usually told to group. Of events that their
 * sender gave keys for himself each key is an incident, as it is at PagerDuty: a second one must page.
 */
export const groupOf = ({ rule, key }: Pick<Alert, 'rule' | 'key'>): string => {
  const source = sourceOf({ rule });
  if (source === undefined || source === 'pagerduty') return `${rule}${KEY_SEPARATOR}${key}`;
  return `${rule.slice(EXTERNAL_PREFIX.length + source.length + 1)}${KEY_SEPARATOR}${regionOf(key) ?? ''}`;
};
