import type { Rule, RuleScope } from '#contracts';
import type { TickView } from '../rule/tick-view.js';
import type { Measure } from './measure.js';
import type { SignalSubject } from './signal-subject.js';

/** What a signal is read for: a rule's parameters, a subject, and the slot with which the window ends. */
export interface SignalPlace {
  readonly rule: Rule;
  readonly subject: SignalSubject;
  readonly windowMs: number;
  readonly endSlot: number;
}

/** How a value of a signal is told. */
export interface SignalText {
  /** `success 80.71 %` */
  readonly found: string;
  /** `99 %` */
  readonly limit: string;
  /** `DNS success 80.71 %`, the beginning of a headline. */
  readonly title: string;
}

/** A signal: what it means, how it is read and how it is told. The words become `docs/signals.md`. */
export interface Signal {
  /** What it measures, in one sentence. */
  readonly about: string;
  /** Of the value and the threshold. */
  readonly unit: string;
  /** Which windows it has. */
  readonly window: string;
  /** When it is unknown. */
  readonly noData: string;
  /** What it may be read for; for any other subject it is unknown. */
  readonly scopes: readonly RuleScope[];
  /** What a rule's `outcomesMin` counts; `nothing` where it does not apply. */
  readonly counts: 'outcomes' | 'nothing';
  /** Whether a breach rests on failures, of which there must be `failuresMin`. */
  readonly isOfFailures: boolean;
  /** Customers' slots are kept for its windows. */
  readonly readsCustomers?: boolean;
  /** Its windows are of minutes and may be longer than those of slots. */
  readonly isOfMinutes?: boolean;
  /** The highest value that it can have for a scope, where there is one: a rule that waits for more would never fire. */
  readonly highest?: Readonly<Partial<Record<RuleScope, number>>>;
  readonly read: (place: SignalPlace, view: TickView) => Measure;
  /** The words for a value that is already formatted, and for the rule's threshold. */
  readonly describe: (rule: Rule, value: string) => SignalText;
  /** Digits after the point that a reason shows. */
  readonly digits: number;
}

/** The measure of a subject that a signal cannot be read for, or of no data. */
export const UNKNOWN: Measure = { value: 'unknown', good: 0, bad: 0 };
