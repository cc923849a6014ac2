import {
  type CommandAnswer,
  type DeploySignal,
  type DrillSignal,
  type CustomerEscalationSignal,
  FLEET_KEY,
  type ImpactSettings,
  type RuleSet,
  SLOT_MS,
} from '#contracts';
import { isExternal } from '../external-alert/external-alert.js';
import { ToldAlerts } from '../external-alert/told-alerts.js';
import { GateFolds } from '../gate/gate-folds.js';
import type { Incident } from '../incident/incident.js';
import { isOfNodes } from '../incident/place.js';
import { ExpectedRates } from '../presence/expected-rates.js';
import { FleetActivity } from '../presence/fleet-activity.js';
import type { NodeActivity } from '../presence/node-activity.js';
import { type NodeMinute, NodeMinutes, SAMPLE_MINUTES, SAMPLE_SLOTS } from '../presence/node-minutes.js';
import type { IsExcluded } from '../presence/rate-buckets.js';
import { Baseline, type BaselineMinute } from '../signal/baseline.js';
import type { BaselinePool } from '../signal/baseline-pool.js';
import { type ChangedPools, KeptPools } from '../signal/kept-pools.js';
import { type CohortMinute, FLEET_MINUTES } from '../signal/minute-counts.js';
import { type CustomerMinute, SignalMemory } from '../signal/signal-memory.js';
import { Spillovers } from '../signal/spillover.js';
import { type AddedReader, SequentialTests } from '../sequential/sequential-tests.js';
import type { WindowReader } from '../signal/window-reader.js';
import { movedTraffic, wasQuiet } from '../redirect/moved-traffic.js';
import type { PartitionTick } from '../window/partition-tick.js';
import type { Catalogue } from './catalogue.js';
import { type DeciderState, evolveDecided, type EvolvedEvent, NOTHING_DECIDED } from './decider-state.js';
import { decideTick } from './decide-tick.js';
import type { Deciding } from './deciding.js';
import { Draft, type Decision } from './draft.js';
import { type Engine, type EngineOptions, type NewestMinutes, VERIFY_MS, watchedMs } from './engine.js';
import { LateSlots } from './late-slots.js';
import { Presence } from './presence.js';
import { type RulesInForce, rulesInForce } from './rule-sets.js';
import { TelemetryLosses } from './telemetry-loss.js';
import { tickEndMs, type TickView, viewTick } from './tick-view.js';

const MINUTE_SLOTS = 60;
/** A minute is taken into the baseline once it is two minutes old; up to five, in case ticks were skipped. */
const MINUTE_AGE = { min: 2, max: 5 } as const;
/** Slots at the start of what was read may be known in part: partitions are not in step. */
const FIRST_SLOTS_PARTIAL = 5;

/** Sliding windows that can be fed. */
export interface FedWindows extends WindowReader, AddedReader {
  readonly apply: (tick: PartitionTick) => void;
  /** Keeps sums of these windows as they move, in the place of those before; any other is summed when it is asked for. */
  readonly watch?: (windowsMs: readonly number[]) => void;
}

/** What another system says of itself is no matter of ours: minutes with it are as good a model as others. */
const isWithin = (incidents: readonly Incident[], fromMs: number, toMs: number): boolean =>
  incidents.some(
    ({ subject, openedAtMs, resolvedAtMs }) =>
      !isExternal(subject) && openedAtMs < toMs && (resolvedAtMs ?? Infinity) >= fromMs,
  );

/** The engine over given windows; `windowsOf` says which it needs. */
export class RulesEngine implements Engine {
  private readonly presence = new Presence();
  private readonly losses = new TelemetryLosses();
  private readonly late = new LateSlots();
  private readonly baseline = new Baseline();
  private readonly tests = new SequentialTests();
  private readonly gates = new GateFolds();
  private readonly activity = new FleetActivity();
  private readonly nodeMinutes = new NodeMinutes();
  private readonly expectedRates = new ExpectedRates();
  private readonly spillovers = new Spillovers();
  private readonly memory = new SignalMemory();
  private readonly external: ToldAlerts;
  private readonly pools = new KeptPools(this.baseline, this.memory.baselines);
  private readonly verifyMs: number;
  private state: DeciderState = NOTHING_DECIDED;
  /** The one that the windows are watched for. */
  private ruleSet: RuleSet | undefined;
  private excluded: Pick<DeciderState, 'incidents' | 'redirects'> | undefined;
  private catalogue: Catalogue;
  private appliedTick = -1;
  private isEvaluated = false;
  private firstSlot: number | undefined;
  /** Told by the ticks since the last evaluation: at most one tick's, or what is applied again after a restart. */
  private signals: DeploySignal[] = [];
  private escalationSignals: CustomerEscalationSignal[] = [];
  private drillSignals: DrillSignal[] = [];
  private answers: CommandAnswer[] = [];

  constructor(
    private readonly windows: FedWindows,
    private readonly options: EngineOptions,
  ) {
    this.catalogue = options.catalogue;
    this.external = new ToldAlerts(options.hash);
    this.memory.begin(this.catalogue.customers, this.hadIncident);
    this.verifyMs = options.settings?.verifyMs ?? VERIFY_MS;
    if (this.verifyMs < SLOT_MS || this.verifyMs % SLOT_MS !== 0) {
      throw new Error(`verifyMs ${this.verifyMs}: expected whole seconds, at least one`);
    }
  }

  readonly apply = (part: PartitionTick): void => {
    if (part.tick > this.appliedTick) {
      this.rememberMinutes();
      // Ticks between them told nothing, so what is known is what was known at the end of the last of them.
      this.foldGates(part.tick - 1);
    }
    if (this.isEvaluated) {
      [this.isEvaluated, this.signals, this.answers] = [false, [], []];
      [this.escalationSignals, this.drillSignals] = [[], []];
      this.external.decided();
    }
    this.appliedTick = Math.max(this.appliedTick, part.tick);
    this.windows.apply(part);
    this.tests.apply(part, this.windows);
    this.presence.apply(part);
    this.losses.apply(part);
    this.late.apply(part);
    this.activity.apply(part);
    this.memory.apply(part);
    this.external.apply(part);
    if (part.slots.length > 0) this.firstSlot ??= this.presence.newestSlot;
    for (const signal of part.signals) {
      if (signal.type === 'deploy') this.signals.push(signal);
      if (signal.type === 'customer_escalation') this.escalationSignals.push(signal);
      if (signal.type === 'drill') this.drillSignals.push(signal);
      if (signal.type === 'spillover') this.spillovers.apply(signal);
    }
    for (const report of part.reports) if (report.type === 'answer') this.answers.push(report);
  };

  readonly evaluate = (tick: number): readonly Decision[] => {
    this.isEvaluated = true;
    this.rememberMinutes();
    this.foldGates(tick);
    const inForce = rulesInForce(this.state.ruleSets, tick, this.options.rules);
    if (inForce.ruleSet !== this.ruleSet)
      this.windows.watch?.(watchedMs(inForce.ruleSet.rules, this.verifyMsOf(inForce.ruleSet)));
    this.ruleSet = inForce.ruleSet;
    const draft = new Draft(this.state);
    const view = this.view(tick, inForce.ruleSet.impact);
    this.options.observe?.(view);
    decideTick(draft, this.deciding(view, inForce));
    return draft.finish();
  };

  readonly evolve = (recorded: EvolvedEvent): void => {
    this.state = evolveDecided(this.state, recorded);
  };

  readonly setCatalogue = (catalogue: Catalogue): void => {
    this.catalogue = catalogue;
    this.memory.begin(catalogue.customers, this.hadIncident);
  };

  readonly seedBaseline = (minutes: readonly BaselineMinute[]): void => {
    for (const minute of minutes) if (!this.baseline.has(minute.minute)) this.baseline.record(minute);
  };

  readonly seedNodes = (minutes: readonly NodeMinute[]): void => {
    for (const minute of minutes) this.nodeMinutes.record(minute);
  };

  readonly seedMinutes = (minutes: readonly CohortMinute[]): void => {
    this.memory.seedMinutes(minutes);
    for (const { key, ...minute } of minutes)
      if (key === FLEET_MINUTES && !this.baseline.has(minute.minute)) this.baseline.record(minute);
  };

  readonly minutesAfter = (minute: number): readonly CohortMinute[] => this.memory.minutes.after(minute);

  readonly seedCustomers = (minutes: readonly CustomerMinute[]): void => this.memory.seedCustomers(minutes);

  readonly poolsAfter = (minute: number): ChangedPools => this.pools.after(minute);

  readonly restorePools = (pools: readonly BaselinePool[]): void => this.pools.restore(pools);

  readonly newestMinutes = (): NewestMinutes => ({
    minute: this.memory.minutes.newest,
    poolMinute: this.baseline.newest,
  });

  private deciding(view: TickView, { ruleSet, loaded }: RulesInForce): Deciding {
    const { hash, sha256 } = this.options;
    const { signals, escalationSignals, drillSignals, external, answers } = this;
    const { rules } = ruleSet;
    return {
      view,
      rules,
      ruleSet,
      loaded,
      hash,
      sha256,
      signals,
      escalationSignals,
      drillSignals,
      external,
      answers,
      spillovers: this.spillovers.at(view.at),
      verifyMs: this.verifyMsOf(ruleSet),
      sumsOf: (gate) => this.gates.sumsOf(gate),
    };
  }

  /** The same after a restart: what is recorded of a gate is not counted again. */
  private foldGates(tick: number): void {
    const { presence, windows } = this;
    this.gates.fold(this.state.gates, tick, {
      windows,
      customers: this.catalogue.customers,
      nodesAt: (at) => presence.at(at),
      releasesAt: (at) => new Set([...presence.placementAt(at).values()].flatMap((releases) => [...releases])),
    });
  }

  /** A set of the second edition that does not say it has the default, whatever this process was started with. */
  private verifyMsOf({ verifyMs, edition }: RuleSet): number {
    return verifyMs ?? (edition === undefined ? this.verifyMs : VERIFY_MS);
  }

  private view(tick: number, impactSettings: ImpactSettings): TickView {
    const { windows, tests, presence, losses, late, activity, catalogue } = this;
    const minute = Math.floor(presence.newestSlot / MINUTE_SLOTS);
    const baseline = this.baseline.ratioAt(minute, this.hadIncident);
    const { incidents, escalations } = this.state;
    const [rollouts, alerts] = [[...this.state.rollouts.values()], [...this.state.alerts.values()]];
    this.memory.exclude(incidents);
    const moved = movedTraffic(this.state.redirects.values(), tickEndMs(tick));
    const rates = this.expectedRates.at({
      quiet: moved.nodes,
      activity,
      tick,
      minutes: this.nodeMinutes,
      isExcludedFor: this.hadIncidentAt,
      exclusion: this.exclusion(),
    });
    const { memory } = this;
    const parts = {
      tick,
      windows,
      tests,
      presence,
      losses,
      late,
      activity,
      rates,
      moved,
      catalogue,
      baseline,
      rollouts,
    };
    return viewTick({ ...parts, impactSettings, memory, alerts, escalations });
  }

  /** The same as long as the same spans are no model for others. */
  private exclusion(): unknown {
    const { incidents, redirects } = this.state;
    const isSame = this.excluded?.incidents === incidents && this.excluded.redirects === redirects;
    if (!isSame) this.excluded = { incidents, redirects };
    return this.excluded;
  }

  /** Whether an incident was open in a minute: what failed then is not normal. One dead machine is no matter of the fleet. */
  private readonly hadIncident = (minute: number): boolean =>
    isWithin(
      [...this.state.incidents.values()].filter(({ subject }) => !isOfNodes(subject)),
      minute * 60_000,
      (minute + 1) * 60_000,
    );

  /** The same for a node: also incidents of its place, and while Tocsin kept its traffic away. */
  private readonly hadIncidentAt = ({ nodeId, pop, region }: NodeActivity): IsExcluded => {
    const isHere = ({ subject: { scope, key } }: Incident): boolean =>
      scope === 'node'
        ? key === nodeId || this.activity.node(key)?.pop === pop
        : key === (scope === 'pop' ? pop : region);
    const incidents = [...this.state.incidents.values()].filter((each) => !isOfNodes(each.subject) || isHere(each));
    const isQuiet = wasQuiet(this.state.redirects.values(), nodeId);
    return (fromMs, toMs) => isWithin(incidents, fromMs, toMs) || isQuiet(fromMs, toMs);
  };

  /** Takes the fleet's minutes that are old enough into the baseline; the same after a restart, since windows say so. */
  private rememberMinutes(): void {
    if (this.firstSlot === undefined) return;
    const now = Math.floor(this.presence.newestSlot / MINUTE_SLOTS);
    for (let minute = now - MINUTE_AGE.max; minute <= now - MINUTE_AGE.min; minute += 1) {
      const isWhole = minute * MINUTE_SLOTS > this.firstSlot + FIRST_SLOTS_PARTIAL;
      if (!isWhole || this.baseline.has(minute)) continue;
      const endSlot = (minute + 1) * MINUTE_SLOTS - 1;
      const { good, bad } = this.windows.sum('fleet', FLEET_KEY, 60_000, endSlot);
      this.baseline.record({ minute, good, bad });
      this.memory.remember(minute, this.windows);
      if (minute % SAMPLE_MINUTES === 0 && !this.nodeMinutes.has(minute)) this.rememberNodes(minute);
    }
    this.nodeMinutes.forget(now);
  }

  /** As `readNodeMinutes` takes them from the segments, so that a restart expects the same. */
  private rememberNodes(minute: number): void {
    const endSlot = minute * MINUTE_SLOTS + SAMPLE_SLOTS - 1;
    for (const nodeId of this.windows.keys('node')) {
      const { good, bad } = this.windows.sum('node', nodeId, SAMPLE_SLOTS * SLOT_MS, endSlot);
      const outcomes = ((good + bad) * MINUTE_SLOTS) / SAMPLE_SLOTS;
      if (outcomes > 0) this.nodeMinutes.record({ nodeId, minute, outcomes });
    }
  }
}

/** Makes an engine that knows nothing yet, over windows made with `windowsOf(options)`. */
export const createEngine = (options: EngineOptions, windows: FedWindows): Engine => new RulesEngine(windows, options);
