import { KEY_SEPARATOR } from '#contracts';
import { regionOf } from '../external-alert/external-alert.js';
import type { AlertSubject } from './rule.js';

/** `30s`, `1m`: windows are whole seconds, and whole minutes from one minute on. */
export const describeWindow = (windowMs: number): string =>
  windowMs % 60_000 === 0 ? `${windowMs / 60_000}m` : `${windowMs / 1_000}s`;

/** Where: `on v2.1.5+c42 in us-east`, `across the fleet`. */
export const describeSubject = ({ scope, key }: AlertSubject): string => {
  if (scope === 'fleet') return 'across the fleet';
  if (scope === 'external') return regionOf(key) === undefined ? 'of another system' : `in ${regionOf(key)}`;
  if (scope === 'node') return `of node ${key}`;
  if (scope === 'partition') return `of ${key}`;
  if (scope === 'customer') return `for ${key}`;
  if (scope === 'release') return `on ${key}`;
  if (scope === 'region' || scope === 'pop') return `in ${key}`;
  const [release = key, region = 'every region'] = key.split(KEY_SEPARATOR);
  return `on ${release} in ${region}`;
};
