import type { Measure } from '../signal/measure.js';
import { signalOf } from '../signal/signals.js';
import { describeSubject, describeWindow } from './describe-subject.js';
import type { AlertSubject, Rule } from './rule.js';

const decimals = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** Digits after which a value that is shown like its threshold is taken to be it. */
const DIGITS_MAX = 6;

/** A value with as many digits as it takes to tell it from its threshold: never `99 % < 99 %`. */
const shown = ({ value }: Measure, digits: number, threshold?: number): string => {
  if (typeof value !== 'number') return value;
  const text = decimals(value, digits);
  const looksEqual = value !== threshold && text === String(threshold) && digits < DIGITS_MAX;
  return looksEqual ? shown({ value, good: 0, bad: 0 }, digits + 1, threshold) : text;
};

/** What was compared, with units: `success 80.71 % < 99 % over 1m`. */
export const describeMeasure = (rule: Rule, measure: Measure, isBreached: boolean): string => {
  const { describe, digits } = signalOf(rule.signal);
  const { found, limit } = describe(rule, shown(measure, digits, rule.threshold));
  const sign = (rule.comparison === 'below') === isBreached ? '<' : '>';
  return `${found} ${isBreached ? sign : `${sign}=`} ${limit} over ${describeWindow(rule.windowMs)}`;
};

/** The headline of an incident: `DNS success 23.1 % on v2.1.5+c42 in us-east`. */
export const describeIncident = (rule: Rule, value: Measure['value'], subject: AlertSubject): string => {
  const measure = { value, good: 0, bad: 0 };
  const { describe, digits } = signalOf(rule.signal);
  // A headline is read at a glance.
  const { title } = describe(rule, shown(measure, Math.min(digits, 1), rule.threshold));
  return `${title} ${describeSubject(subject)}`;
};
