import { createHash } from 'node:crypto';
import { type Event, isRefusal, SLOT_MS, TICK_MS } from '#contracts';
import { DEFAULT_RULES, EventTimeFleet, plainCells } from '#testing';
import type { BaselinePool } from '../signal/baseline-pool.js';
import type { CohortMinute } from '../signal/minute-counts.js';
import { createSlidingWindows } from '../window/sliding-windows.js';
import { decodeTick, encodeTick } from '../window/tick-codec.js';
import type { CatalogueCustomer } from './catalogue.js';
import type { EvolvedEvent } from './decider-state.js';
import { type Engine, REAPPLY_MS, windowsOf } from './engine.js';
import { createEngine } from './rules-engine.js';

const ORIGIN_MS = Date.UTC(2021, 6, 22, 10, 40);
const TICKS_PER_SLOT = SLOT_MS / TICK_MS;
/** One second in four is told: an hour is a thousand steps, each of them decided. */
const STEP_S = 4;
/** Steps: an hour and a few minutes are learnt, then a quarter fails for a minute, and all is well for another. */
const [LEARNT, FAILING, WELL] = [1_000, 15, 15];
const CUSTOMERS: readonly CatalogueCustomer[] = ['air', 'bank', 'shop'].map((customerId) => ({
  customerId,
  name: customerId,
  tier: 'tier1',
  critical: false,
}));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What `slots` holds, step by step, of a fleet of little traffic. */
const tell = (): readonly (readonly Uint8Array[])[] => {
  const fleet = new EventTimeFleet(
    CUSTOMERS.map(({ customerId }) => customerId),
    plainCells,
  );
  for (const nodeId of ['n1', 'n2']) fleet.add({ nodeId, pop: 'iad-1', region: 'us-east', release: 'v1+c1', qps: 24 });
  return Array.from({ length: LEARNT + FAILING + WELL }, (_, step) => {
    const isFailing = step >= LEARNT && step < LEARNT + FAILING;
    for (const node of fleet.nodes) node.failing = isFailing ? 0.25 : 0;
    return fleet.tick(tickOf(step), TICKS_PER_SLOT).map(encodeTick);
  });
};

const tickOf = (step: number): number => ORIGIN_MS / TICK_MS + (step * STEP_S + 1) * TICKS_PER_SLOT - 1;

/** A life of the rules: what it decides, and what a database holds of it. */
class Life {
  readonly decided: string[] = [];
  readonly rules = new Set<string>();
  private engine = this.newEngine();
  private readonly recorded: EvolvedEvent[] = [];
  private readonly pools = new Map<number, BaselinePool>();
  private minutes: readonly CohortMinute[] = [];
  private kept = this.engine.newestMinutes();

  constructor(private readonly told: ReturnType<typeof tell>) {}

  take(step: number): void {
    this.apply(step);
    for (const { stream, expectedVersion, events } of this.engine.evaluate(tickOf(step)))
      events.forEach((event, index) => this.record({ stream, version: expectedVersion + index + 1, event }));
    const { minute, poolMinute } = this.kept;
    this.minutes = [...this.minutes, ...this.engine.minutesAfter(minute)];
    for (const pool of this.engine.poolsAfter(poolMinute).pools) this.pools.set(pool.pool, pool);
    this.kept = this.engine.newestMinutes();
  }

  /** As the next process begins, after a step was decided. */
  restart(step: number): void {
    this.engine = this.newEngine();
    this.engine.restorePools([...this.pools.values()]);
    this.engine.seedMinutes(this.minutes);
    for (const each of this.recorded) this.engine.evolve(each);
    for (let each = Math.max(0, step - REAPPLY_MS / SLOT_MS / STEP_S); each <= step; each += 1) this.apply(each);
  }

  private apply(step: number): void {
    for (const bytes of this.told[step]!) {
      const part = decodeTick(bytes);
      if (isRefusal(part)) throw new Error(part.detail);
      this.engine.apply(part);
    }
  }

  private record(recorded: EvolvedEvent): void {
    const event = JSON.parse(JSON.stringify(recorded.event)) as Event;
    this.recorded.push({ ...recorded, event });
    this.engine.evolve({ ...recorded, event });
    this.decided.push(JSON.stringify(recorded));
    if (event.type === 'AlertFired') this.rules.add(event.data.rule);
  }

  private newEngine(): Engine {
    const nodes = ['n1', 'n2'].map((nodeId) => ({ nodeId, pop: 'iad-1', region: 'us-east' }));
    const options = { rules: DEFAULT_RULES, catalogue: { customers: CUSTOMERS, nodes }, hash: sha256, sha256 };
    return createEngine(options, createSlidingWindows(windowsOf(options)));
  }
}

const live = (told: ReturnType<typeof tell>, isKilledAfter: (step: number) => boolean): Life => {
  const life = new Life(told);
  told.forEach((_, step) => {
    life.take(step);
    if (isKilledAfter(step)) life.restart(step);
  });
  return life;
};

/** Within the first minutes, at odd moments of the hour and of the outage, and in each step around one that takes a minute. */
const isOften = (step: number): boolean =>
  (step < 100 && step % 12 === 0) || step % 53 === 7 || Math.abs(step - 990) <= 1;

describe('the engine after a restart', () => {
  const told = tell();
  const whole = live(told, () => false);

  it('R15: learns an hour of small customers, and finds the spike', () => {
    expect([...whole.rules]).toContain('customer_error_rate_spike');
  });

  it.each([
    ['as the spike begins', (step: number) => step === LEARNT - 1],
    ['often', isOften],
  ])('R15, B2: decides the same, to the byte, when it is killed %s', (_when, isKilledAfter) => {
    const { decided } = live(told, isKilledAfter);
    expect(sha256(decided.join('\n'))).toBe(sha256(whole.decided.join('\n')));
  });
});
