import type { Rule } from '#contracts';
import type { Subject } from '../rule/rule.js';
import type { TickView } from '../rule/tick-view.js';
import type { Measure } from './measure.js';

/** What a signal is read for: a rule's parameters, a subject, and the slot with which the window ends. */
export interface SignalPlace {
  readonly rule: Rule;
  readonly subject: Subject;
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

/** A signal: how it is read and told. What its value means, in which unit, and what no data means is said in its own file. */
export interface Signal {
  readonly read: (place: SignalPlace, view: TickView) => Measure;
  /** The words for a value that is already formatted, and for the rule's threshold. */
  readonly describe: (rule: Rule, value: string) => SignalText;
  /** Digits after the point that a reason shows. */
  readonly digits: number;
}
