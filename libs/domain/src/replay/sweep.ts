import { type Rule, TICK_MS } from '#contracts';
import { isBeyond, isBreached } from '../rule/assess.js';
import type { Subject } from '../rule/rule.js';
import { SubjectReader } from '../rule/subjects.js';
import type { TickView } from '../rule/tick-view.js';
import { fastPathFault, readFastPath } from '../sequential/fast-path.js';
import { readSignal } from '../signal/signals.js';
import { type Fault, faultAt } from './faults.js';

/** What is tried. */
export interface SweepOptions {
  readonly rule: Rule;
  readonly thresholds: readonly number[];
  readonly windowsMs: readonly number[];
  readonly forsMs: readonly number[];
  readonly faults: readonly Fault[];
}

/** What would have come of one combination. */
export interface SweepRow {
  readonly threshold: number;
  readonly windowMs: number;
  readonly forMs: number;
  readonly alerts: number;
  /** Of them, those that the sequential test found before the window did; null when a rule with this threshold cannot have it. */
  readonly byFastPath: number | null;
  /** Faults that it found, of how many. */
  readonly detected: number;
  /** Ms from the begin of the first fault that it found to its alert; null when it found none. Negative = before it was known. */
  readonly firstDelayMs: number | null;
  readonly falseAlarms: number;
}

/** Most subjects that are followed: a fleet of as many nodes. Further ones are not swept, and told as such. */
const SUBJECTS_MAX = 1_000;
/** Most combinations: with the most subjects their state takes 60 MB. */
export const COMBINATIONS_MAX = 1_000;
const NOT = -1;

/** A look at one subject over one window at a tick. */
interface Look {
  readonly view: TickView;
  readonly subject: Subject;
  /** Of the subject and of the window. */
  readonly index: number;
  readonly window: number;
  /** Whether the sequential test has found a breach. */
  readonly isFast: boolean;
}

/** A condition that holds, and whether its window says so. */
interface Breach {
  readonly condition: number;
  readonly windowMs: number;
  readonly isByWindow: boolean;
}

/** A rule as it could be loaded: with the fast path only where its threshold allows no more than the test does. */
const triedRule = (rule: Rule): Rule => ({ ...rule, fastPath: rule.fastPath && fastPathFault(rule) === undefined });

/**
 * The rule that breaches whenever one of the others does. A signal need not read a bound where its rule breaches nothing, so what is read
 * for this one is enough for all.
 */
const easiestOf = (rules: readonly Rule[]): Rule =>
  rules.reduce((easiest, rule) => (isBeyond(rule.comparison, easiest.threshold, rule.threshold) ? easiest : rule));

/**
 * One rule with every combination of threshold, window and `for`, in one pass over the log: a window is read once on a tick and
 * compared with each threshold. An alert of a combination and a subject
 *
 *   is quiet ──breached for so long──▶ fires, counted ──not breached for a whole window──▶ is quiet
 *
 * where breached is what it is to the rule: by its window, or by its fast path. The sequential test asks for no threshold and no window,
 * so it finds the same for each combination; those whose threshold could not be loaded with the fast path have their window alone. What an
 * alert would have done (pages, commands) is what `replay` and `backtest` tell.
 */
export class Sweep {
  /** Subjects beyond the bound. */
  subjectsLeft = 0;
  private readonly rules: readonly (readonly Rule[])[];
  private readonly subjects = new Map<string, number>();
  private readonly breachedSince: Int32Array;
  private readonly breachedLast: Int32Array;
  private readonly isFiring: Uint8Array;
  private readonly alerts: Uint32Array;
  private readonly byFastPath: Uint32Array;
  private readonly falseAlarms: Uint32Array;
  /** Ms from a fault to the first alert, by combination and fault; NaN = none. */
  private readonly delays: Float64Array;
  private firstTick: number | undefined;

  constructor(private readonly options: SweepOptions) {
    const { rule, thresholds, windowsMs, forsMs, faults } = options;
    this.rules = windowsMs.map((windowMs) =>
      thresholds.map((threshold) => triedRule({ ...rule, windowMs, threshold })),
    );
    const conditions = windowsMs.length * thresholds.length;
    const combinations = conditions * forsMs.length;
    if (combinations > COMBINATIONS_MAX)
      throw new Error(`sweep ${combinations} combinations: at most ${COMBINATIONS_MAX}`);
    this.breachedSince = new Int32Array(conditions * SUBJECTS_MAX).fill(NOT);
    this.breachedLast = new Int32Array(conditions * SUBJECTS_MAX).fill(NOT);
    this.isFiring = new Uint8Array(combinations * SUBJECTS_MAX);
    this.alerts = new Uint32Array(combinations);
    this.byFastPath = new Uint32Array(combinations);
    this.falseAlarms = new Uint32Array(combinations);
    this.delays = new Float64Array(combinations * faults.length).fill(NaN);
  }

  /** Takes one tick. */
  readonly observe = (view: TickView): void => {
    for (const subject of this.subjectsOf(view)) {
      const index = this.indexOf(subject);
      if (index === undefined || view.attendance(subject).live.length === 0) continue;
      const isFast = readFastPath(this.options.rule, subject, view) !== undefined;
      this.rules.forEach((rules, window) => this.observeWindow({ view, subject, index, window, isFast }, rules));
    }
  };

  /** One row for each combination, in the order in which they were given. */
  rows(): readonly SweepRow[] {
    const { thresholds, windowsMs, forsMs, faults } = this.options;
    return windowsMs.flatMap((windowMs, window) =>
      thresholds.flatMap((threshold, at) =>
        forsMs.map((forMs, nth) => {
          const combination = (window * thresholds.length + at) * forsMs.length + nth;
          const from = combination * faults.length;
          const found = [...this.delays.subarray(from, from + faults.length)].filter((delay) => !Number.isNaN(delay));
          const [alerts, falseAlarms] = [this.alerts[combination]!, this.falseAlarms[combination]!];
          return {
            threshold,
            windowMs,
            forMs,
            alerts,
            byFastPath: this.rules[window]![at]!.fastPath ? this.byFastPath[combination]! : null,
            detected: found.length,
            firstDelayMs: found[0] ?? null,
            falseAlarms,
          };
        }),
      ),
    );
  }

  /** As the rule has them: its scopes, and what fits its selector. */
  private subjectsOf(view: TickView): readonly Subject[] {
    const { rule } = this.options;
    const reader = new SubjectReader(view, []);
    return rule.scopes.flatMap((scope) =>
      reader.read(scope, [rule]).flatMap(({ subject, rules }) => (rules.length > 0 ? [subject] : [])),
    );
  }

  private indexOf({ scope, key }: Subject): number | undefined {
    const name = `${scope}/${key}`;
    const known = this.subjects.get(name);
    if (known !== undefined) return known;
    if (this.subjects.size === SUBJECTS_MAX) {
      this.subjectsLeft += 1;
      return undefined;
    }
    this.subjects.set(name, this.subjects.size);
    return this.subjects.size - 1;
  }

  private observeWindow({ view, subject, index, window, isFast }: Look, rules: readonly Rule[]): void {
    const rule = easiestOf(rules);
    const { windowMs } = rule;
    const measure = readSignal({ rule, subject, windowMs, endSlot: view.endSlot }, view);
    rules.forEach((rule, at) => {
      const condition = window * rules.length + at;
      const place = index * this.rules.length * rules.length + condition;
      const isByWindow = isBreached(rule, measure);
      if (isByWindow || (isFast && rule.fastPath)) this.breached(view, place, { condition, windowMs, isByWindow });
      else if (measure.value !== 'unknown') this.notBreached(view, place, windowMs);
    });
  }

  private breached({ tick, at }: TickView, place: number, breach: Breach): void {
    if (this.breachedSince[place] === NOT) this.breachedSince[place] = this.counted(tick);
    this.breachedLast[place] = this.counted(tick);
    const heldMs = (this.counted(tick) - this.breachedSince[place]!) * TICK_MS;
    this.options.forsMs.forEach((forMs, nth) => {
      const own = place * this.options.forsMs.length + nth;
      if (heldMs < forMs || this.isFiring[own] === 1) return;
      this.isFiring[own] = 1;
      this.fire(breach.condition * this.options.forsMs.length + nth, at, breach);
    });
  }

  private notBreached({ tick }: TickView, place: number, windowMs: number): void {
    this.breachedSince[place] = NOT;
    if (this.breachedLast[place] === NOT || (this.counted(tick) - this.breachedLast[place]!) * TICK_MS <= windowMs)
      return;
    this.breachedLast[place] = NOT;
    const { length } = this.options.forsMs;
    this.isFiring.fill(0, place * length, (place + 1) * length);
  }

  private fire(combination: number, at: number, { windowMs, isByWindow }: Breach): void {
    const { faults } = this.options;
    this.alerts[combination]! += 1;
    if (!isByWindow) this.byFastPath[combination]! += 1;
    const fault = faultAt(faults, at, windowMs);
    if (fault < 0) this.falseAlarms[combination]! += 1;
    else {
      const place = combination * faults.length + fault;
      if (Number.isNaN(this.delays[place]!)) this.delays[place] = at - faults[fault]!.fromMs;
    }
  }

  /** Ticks from the first one on, so that they fit into 32 bits. */
  private counted(tick: number): number {
    this.firstTick ??= tick;
    return tick - this.firstTick;
  }
}
