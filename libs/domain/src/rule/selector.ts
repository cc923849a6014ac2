import { KEY_SEPARATOR, type Selector, type SelectorLabel, type Tier } from '#contracts';
import type { PlaceOf } from '../incident/place.js';
import { regionOf } from '../external-alert/external-alert.js';
import type { AlertSubject } from './rule.js';

/** What is known of a subject, or of an alert when its rule and severity are added. */
export type Labels = Readonly<Partial<Record<SelectorLabel, string>>>;

/** What tells the labels of a subject that its key does not. */
export interface Labelling {
  readonly placeOf: PlaceOf;
  readonly tierOf: (customerId: string) => Tier | undefined;
}

/** Whether a text is a pattern, in which `*` stands for any characters, none included. Takes the product of their lengths at most. */
export const fitsPattern = (pattern: string, text: string): boolean => {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
};

/** Whether labels fit a selector: each label that it names has one of the patterns. What lacks a label does not fit it. */
export const fitsSelector = (selector: Selector, labels: Labels): boolean => {
  for (const name in selector) {
    const patterns = selector[name as SelectorLabel];
    const label = labels[name as SelectorLabel];
    if (patterns === undefined) continue;
    if (label === undefined || !patterns.some((pattern) => fitsPattern(pattern, label))) return false;
  }
  return true;
};

/** The labels of a subject: what it is, and where it stands as far as that is known. */
export const labelsOf = (subject: AlertSubject, { placeOf, tierOf }: Labelling): Labels => {
  const { scope, key } = subject;
  switch (scope) {
    case 'fleet':
    case 'partition':
      return {};
    case 'external':
      return defined({ region: regionOf(key) });
    case 'customer':
      return defined({ customer: key, tier: tierOf(key) });
    case 'release':
      return { release: key };
    case 'release_region': {
      const [release, region] = key.split(KEY_SEPARATOR);
      return defined({ release, region });
    }
    case 'region':
      return { region: key };
    case 'pop':
      return defined({ pop: key, region: placeOf(subject).region });
    case 'node': {
      const { pop, region, release } = placeOf(subject);
      return defined({ node: key, pop, region, release });
    }
  }
};

const defined = (labels: Readonly<Partial<Record<SelectorLabel, string | undefined>>>): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));
