import type { RecordedEvent, Rule } from '#contracts';
import type { TelemetryRecord } from '../partition/read-record.decide.js';
import { type CompleteTick, createTickGate } from '../partition/tick-gate.js';
import { type Engine, type EngineSettings, windowsOf } from '../rule/engine.js';
import { RulesEngine } from '../rule/rules-engine.js';
import type { TickView } from '../rule/tick-view.js';
import { createSlidingWindows } from '../window/sliding-windows.js';
import type { PartitionTick } from '../window/partition-tick.js';
import { decidedTick, type LoggedDecision } from './decision-log.js';
import { RecordedCatalogue, registrationsOf } from './recorded-catalogue.js';
import { inputsOf, type RecordedInput } from './recorded-inputs.js';
import { RecordedPartition, type RecordedSource } from './recorded-partition.js';

/** What a replay is made of. */
export interface ReplayOptions {
  readonly sources: readonly RecordedSource[];
  /** Every recorded event up to the last tick, in order. */
  readonly events: readonly RecordedEvent[];
  /** The first tick of what is read. */
  readonly firstTick: number;
  /** The first and the last tick that are decided; those before are applied, as after a restart. */
  readonly fromTick: number;
  readonly toTick: number;
  /** The rules that are in force until `RulesLoaded` brings others. */
  readonly rules: readonly Rule[];
  /** Other rules than the recorded ones: what `RulesLoaded` brought is left out, and nothing that was decided is taken over. */
  readonly isOther: boolean;
  /** Windows of these are kept too, for whoever observes; they are not decided. */
  readonly keptFor?: readonly Rule[];
  readonly settings?: EngineSettings;
  readonly zoneOf?: (id: number) => string | undefined;
  readonly hash: (text: string) => string;
  readonly sha256: (text: string) => string;
  /** Sees each tick that is decided. */
  readonly observe?: (view: TickView) => void;
}

/** Of these a replay has its own: what was recorded of one that it did not decide has no subject. */
const DECIDED_STREAM = /^(?:alert|incident|rollback|command)-/;

/**
 * The recorded log through the same fold, gate and engine as live. What people and other roles did comes from the recorded events,
 * at its place; what the engine decides is its own. It reads and answers, and does nothing else.
 *
 *   records of a partition ──RecordedPartition──▶ its ticks ──gate──▶ complete ticks ──apply, inputs, evaluate──▶ decisions
 *
 * Partitions may be read in any order and pace: a tick waits for all of them, as a replay has no partition that stays away.
 */
export class Replay {
  readonly decisions: LoggedDecision[] = [];
  /** What others did to something that this replay did not decide. */
  readonly inputsWithoutSubject: RecordedEvent[] = [];
  private readonly engine: Engine;
  private readonly partitions: readonly RecordedPartition[];
  private readonly catalogue: RecordedCatalogue;
  private readonly gate;
  private readonly inputs: readonly RecordedInput[];
  private readonly versions = new Map<string, number>();
  private nextInput = 0;

  constructor(private readonly options: ReplayOptions) {
    const { sources, events, firstTick, zoneOf } = options;
    const registrations = registrationsOf(events);
    this.catalogue = new RecordedCatalogue(registrations, zoneOf);
    this.partitions = sources.map(
      (source) => new RecordedPartition(source, new RecordedCatalogue(registrations, zoneOf)),
    );
    this.gate = createTickGate(sources, firstTick - 1);
    this.engine = this.createEngine();
    const inputs = inputsOf(events).filter(({ recorded }) => !options.isOther || recorded.event.type !== 'RulesLoaded');
    this.inputs = inputs.filter(({ tick }) => tick >= options.fromTick);
    this.evolveHistory(inputs);
  }

  /** Outcomes that were folded. */
  get outcomes(): number {
    return this.partitions.reduce((sum, { outcomes }) => sum + outcomes, 0);
  }

  /** The last tick that was taken; undefined before the first. */
  get passed(): number | undefined {
    return this.gate.passed();
  }

  /** The next record of a source, by its place in `sources`. */
  add(source: number, record: TelemetryRecord): void {
    this.accept(this.partitions[source]!.add(record));
  }

  /** Nothing more of a source was appended before this tick. */
  passTo(source: number, tick: number): void {
    this.accept(this.partitions[source]!.passTo(tick));
  }

  /** Nothing more is to be read: decides up to the last tick. */
  end(): readonly LoggedDecision[] {
    this.partitions.forEach((_, source) => this.passTo(source, this.options.toTick + 1));
    return this.decisions;
  }

  private createEngine(): Engine {
    const { rules, keptFor = [], settings, hash, sha256, observe } = this.options;
    this.catalogue.passTo(this.options.firstTick);
    const options = {
      rules,
      catalogue: this.catalogue.current(),
      hash,
      sha256,
      ...(settings === undefined ? {} : { settings }),
      ...(observe === undefined ? {} : { observe }),
    };
    const windows = windowsOf({ ...options, rules: [...rules, ...keptFor] });
    return new RulesEngine(createSlidingWindows(windows), options);
  }

  /** What was known before the first tick that is decided here, as after a restart; in the order in which it was recorded. */
  private evolveHistory(inputs: readonly RecordedInput[]): void {
    const { events, fromTick } = this.options;
    const inputTicks = new Map(inputs.map(({ recorded, tick }) => [recorded, tick]));
    for (const recorded of events) {
      const tick = decidedTick(recorded) ?? inputTicks.get(recorded) ?? Infinity;
      if (tick < fromTick) this.know(recorded.stream, recorded.version, recorded);
    }
  }

  private know(stream: string, version: number, { event }: Pick<RecordedEvent, 'event'>): void {
    this.versions.set(stream, Math.max(version, this.versions.get(stream) ?? 0));
    this.engine.evolve({ stream, version, event });
  }

  private accept(parts: readonly PartitionTick[]): void {
    // Nobody is silent while the log is read: the moment is the same for all.
    for (const part of parts) for (const complete of this.gate.accept(part, 0)) this.takeTick(complete);
  }

  private takeTick({ tick, parts }: CompleteTick): void {
    if (tick > this.options.toTick) return;
    if (this.catalogue.passTo(tick)) this.engine.setCatalogue(this.catalogue.current());
    for (const part of parts) this.engine.apply(part);
    if (tick < this.options.fromTick) return;
    this.takeInputs(tick);
    for (const { stream, expectedVersion, events } of this.engine.evaluate(tick)) {
      this.decisions.push({ tick, stream, events });
      events.forEach((event, index) => this.know(stream, expectedVersion + index + 1, { event }));
    }
  }

  private takeInputs(tick: number): void {
    for (; (this.inputs[this.nextInput]?.tick ?? Infinity) <= tick; this.nextInput += 1) {
      const { recorded } = this.inputs[this.nextInput]!;
      const { stream } = recorded;
      const version = this.versions.get(stream) ?? 0;
      if (version === 0 && recorded.version > 1 && DECIDED_STREAM.test(stream))
        this.inputsWithoutSubject.push(recorded);
      else this.know(stream, version + 1, recorded);
    }
  }
}
