import {
  type Command,
  type Event,
  event,
  isRefusal,
  releaseName,
  type RuleSet,
  SILENCE_DELAY_MS,
  SLOT_MS,
  streamOf,
  TICK_MS,
} from '#contracts';
import { createSlidingWindows } from '../window/sliding-windows.js';
import { type Engine, type EngineOptions, windowsOf } from '../rule/engine.js';
import { createEngine } from '../rule/rules-engine.js';
import { FLEET_MINUTES } from '../signal/minute-counts.js';
import { decideNewSilence } from '../silence/silence.decide.js';
import type { NodeChoice, RuleTest, TelemetryChange } from './rule-test.js';
import { TESTED_SERVICE, TestedWorld } from './tested-world.js';

/** Healthy time before a test begins: longer than the longest window of a rule, 5 min. */
const WARM_UP_MS = 320_000;
/** History before that: an hour of minutes, of which a fleet fails what is normal. */
const HISTORY = { minutes: 60, good: 999_500, bad: 500 } as const;
const SLOT_TICKS = SLOT_MS / TICK_MS;

/** An event that was decided, and when, from the beginning of the test. */
export interface PlayedEvent {
  readonly afterMs: number;
  readonly event: Event;
}

/** What became of a test. */
export interface PlayedRuleTest {
  readonly events: readonly PlayedEvent[];
  /** Changes that concerned no node: the test does not say what its author meant. */
  readonly idle: readonly TelemetryChange[];
}

/** By what is judged, and how ids are made. */
export type RuleTestRules = Pick<EngineOptions, 'hash' | 'sha256'> & { readonly ruleSet: RuleSet };

const nodesOf = (world: TestedWorld) => world.nodes.map(({ nodeId, pop, region }) => ({ nodeId, pop, region }));

const optionsOf = (test: RuleTest, world: TestedWorld, { ruleSet, hash, sha256 }: RuleTestRules): EngineOptions => ({
  rules: ruleSet.rules,
  catalogue: { customers: test.customers, nodes: nodesOf(world) },
  hash,
  sha256,
});

const seed = (engine: Engine, { customers }: RuleTest, beginsMs: number): void => {
  const newest = Math.floor(beginsMs / 60_000) - 1;
  const { minutes, good, bad } = HISTORY;
  const history = Array.from({ length: minutes }, (_, age) => ({ minute: newest - age, good, bad }));
  engine.seedBaseline(history);
  // Hardly anything is excluded; what is normal then is the floor.
  engine.seedMinutes(history.map((minute) => ({ ...minute, key: FLEET_MINUTES, excluded: 0 })));
  // Each customer fails as the fleet does.
  engine.seedCustomers(customers.flatMap(({ customerId }) => history.map((minute) => ({ customerId, ...minute }))));
};

/** Plays tests: the fleet of each, tick by tick, through the fold and the rules engine of the product. */
class RuleTestPlay {
  readonly events: PlayedEvent[] = [];
  readonly idle: TelemetryChange[] = [];
  private readonly world: TestedWorld;
  private readonly engine: Engine;
  private readonly versions = new Map<string, number>();
  private commands: { readonly dueMs: number; readonly command: Command }[] = [];
  private changes: readonly TelemetryChange[];

  constructor(
    private readonly test: RuleTest,
    rules: RuleTestRules,
  ) {
    this.world = new TestedWorld(test);
    const options = optionsOf(test, this.world, rules);
    this.engine = createEngine(options, createSlidingWindows(windowsOf(options)));
    this.load(rules);
    this.attest();
    this.silence();
    this.changes = test.changes.toSorted((a, b) => a.atMs - b.atMs);
  }

  play(): PlayedRuleTest {
    const { startsAtMs, runsMs } = this.test;
    seed(this.engine, this.test, startsAtMs - WARM_UP_MS);
    // Nothing is decided of healthy time, so a slot may be told at once.
    for (let ms = startsAtMs - WARM_UP_MS; ms < startsAtMs; ms += SLOT_MS)
      for (const part of this.world.tick(ms / TICK_MS + SLOT_TICKS - 1, SLOT_TICKS)) this.engine.apply(part);
    for (let ms = startsAtMs; ms < startsAtMs + runsMs; ms += TICK_MS) this.step(ms);
    return { events: this.events, idle: [...this.idle, ...this.changes] };
  }

  /** As a process loads them: the settings of impact and maintenance come with the rules. */
  private load({ ruleSet, sha256 }: RuleTestRules): void {
    const own = new Set(this.test.maintenance.map(({ name }) => name));
    const maintenance = [...ruleSet.maintenance.filter(({ name }) => !own.has(name)), ...this.test.maintenance];
    const inForce = { ...ruleSet, maintenance };
    const digest = sha256(JSON.stringify(inForce));
    const loaded = { version: 1, sha256: digest, source: 'a test', fromTick: 0, ruleSet: inForce, at: 0 };
    this.evolve(streamOf.rules, event('RulesLoaded', loaded));
  }

  /** As the deploy system told it, before the first tick. */
  private attest(): void {
    const { releases, startsAtMs: at } = this.test;
    for (const { release, goodForMs, nodes, isSafe, isRehearsed } of releases) {
      const of = { service: TESTED_SERVICE, release, by: 'a test', at };
      const good = { goodSinceMs: Math.max(0, at - goodForMs), nodes, isRollbackSafe: isSafe };
      const stream = streamOf.release(TESTED_SERVICE, releaseName(release));
      this.evolve(stream, event('ReleaseAttested', { ...of, ...good }));
      const tried = { ...of, passed: isRehearsed, detail: 'as the test says' };
      this.evolve(stream, event('RollbackRehearsed', tried));
    }
  }

  /** As people set them, in time for the first tick. */
  private silence(): void {
    const { silences, startsAtMs } = this.test;
    const nowMs = startsAtMs - SILENCE_DELAY_MS;
    for (const [standing, { where, between, by, comment }] of silences.entries()) {
      const silenceId = `silence-${standing + 1}`;
      const wanted = {
        where,
        comment,
        startsAtMs: startsAtMs + between.fromMs,
        endsAtMs: startsAtMs + between.toMs,
      };
      const decided = decideNewSilence(wanted, { silenceId, by, nowMs, standing });
      if (isRefusal(decided)) throw new Error(`set a silence of ${this.test.name}: ${decided.detail}`);
      for (const event of decided) this.evolve(streamOf.silence(silenceId), event);
    }
  }

  private evolve(stream: string, event: Event): void {
    const version = (this.versions.get(stream) ?? 0) + 1;
    this.versions.set(stream, version);
    this.engine.evolve({ stream, version, event });
  }

  private step(nowMs: number): void {
    const afterMs = nowMs - this.test.startsAtMs;
    for (const change of this.changes.filter(({ atMs }) => atMs <= afterMs))
      if (this.world.change(change, nowMs) === 0) this.idle.push(change);
    this.changes = this.changes.filter(({ atMs }) => atMs > afterMs);
    for (const { command } of this.commands.filter(({ dueMs }) => dueMs <= afterMs)) this.world.obey(command, nowMs);
    this.commands = this.commands.filter(({ dueMs }) => dueMs > afterMs);
    const tick = nowMs / TICK_MS;
    for (const part of this.world.tick(tick)) this.engine.apply(part);
    for (const { stream, events } of this.engine.evaluate(tick))
      for (const event of events) this.take(stream, event, afterMs + TICK_MS);
  }

  private take(stream: string, event: Event, afterMs: number): void {
    this.evolve(stream, event);
    this.events.push({ afterMs, event });
    const { obeysAfterMs } = this.test;
    if (event.type === 'CommandIssued' && obeysAfterMs !== undefined)
      this.commands.push({ dueMs: afterMs + obeysAfterMs, command: event.data.command });
  }
}

/** Plays a test; nothing outside of it is read or changed. */
export const playRuleTest = (test: RuleTest, rules: RuleTestRules): PlayedRuleTest =>
  new RuleTestPlay(test, rules).play();

/** In words: `nodes of v2.1.5+c42 in us-east`. */
export const describeChoice = ({ region, pop, node, release, share }: NodeChoice): string => {
  const part = share === undefined ? '' : `${100 * share} % of the `;
  const of = [node, release].filter((each) => each !== undefined).join(' ');
  const where = pop ?? region;
  return `${part}nodes${of === '' ? '' : ` of ${of}`}${where === undefined ? '' : ` in ${where}`}`;
};
