import fc from 'fast-check';
import type { Event } from '#contracts';
import { type Breaker, closedBreaker, evolveBreaker, isBreakerEvent } from './breaker.js';
import { decideBreakerTick, decideUpdateEnded, decideUpdatesBegan, permits } from './breaker.decide.js';

/** The breaker as whoever drives updates uses it: every event is kept, and what is known comes from them alone. */
class Driver {
  private readonly log: string[] = [];
  private breaker: Breaker = closedBreaker('dns');

  constructor(private readonly onEvent: (type: string) => void) {}

  get state(): Breaker['state'] {
    return this.breaker.state;
  }
  get underWay(): readonly string[] {
    return [...this.breaker.underWay.keys()];
  }
  allowed = (at: number): number => permits(this.breaker, at).count;

  begin = (nodes: readonly string[], at: number): void => {
    const waiting = nodes.map((nodeId) => ({ updateId: `${nodeId}@${at}`, rolloutId: 'r1', nodeId, sinceMs: at }));
    this.record(decideUpdatesBegan(this.breaker, waiting, at));
  };
  end = (updateId: string, isHealthy: boolean, at: number): void =>
    this.record(decideUpdateEnded(this.breaker, { updateId, isHealthy, detail: '' }, at));
  tick = (at: number): void => this.record(decideBreakerTick(this.breaker, at));

  /** Killed: only what was recorded is left. */
  restart(): void {
    this.breaker = this.log.map((line) => JSON.parse(line) as Event).reduce(evolve, closedBreaker('dns'));
  }

  private record(events: readonly Event[]): void {
    for (const event of events) {
      this.log.push(JSON.stringify(event));
      this.onEvent(event.type);
    }
    this.breaker = events.reduce(evolve, this.breaker);
  }
}

const evolve = (breaker: Breaker, event: Event): Breaker =>
  isBreakerEvent(event) ? evolveBreaker(breaker, event) : breaker;

/** The same by the words of R42 alone: plain lists, nothing is taken from the code under test. */
class Model {
  now = 0;
  state: Breaker['state'] = 'closed';
  running: { readonly id: string; readonly since: number }[] = [];
  private openSince = 0;
  private ended: boolean[] = [];
  private trial = '';

  get free(): number {
    if (this.state === 'closed') return 100 - this.running.length;
    return this.state === 'half_open' && this.trial === '' ? 1 : 0;
  }

  begin(nodes: readonly string[]): void {
    const ids = nodes
      .toSorted()
      .slice(0, this.free)
      .map((node) => `${node}@${this.now}`);
    if (this.state === 'half_open' && this.trial === '') this.trial = ids[0] ?? '';
    this.running.push(...ids.map((id) => ({ id, since: this.now })));
  }

  end(id: string, isHealthy: boolean): void {
    this.running = this.running.filter((each) => each.id !== id);
    if (this.state === 'closed') {
      this.ended.push(isHealthy);
      if (!isHealthy && this.isTooBad()) this.become('open');
    } else if (this.state === 'half_open' && id === this.trial) this.become(isHealthy ? 'closed' : 'open');
  }

  pass(ms: number): void {
    this.now += ms;
    for (const { id, since } of this.running) if (this.now - since >= 30_000) this.end(id, false);
    if (this.state === 'open' && this.now - this.openSince >= 300_000) this.become('half_open');
  }

  private become(state: Breaker['state']): void {
    this.openSince = state === 'open' ? this.now : this.openSince;
    [this.state, this.ended, this.trial] = [state, [], ''];
  }

  private isTooBad(): boolean {
    if (this.ended.slice(-3).join() === 'false,false,false') return true;
    const newest = this.ended.slice(-100);
    const lengths = newest.map((_, index) => index + 1).filter((length) => length >= 10);
    return lengths.some((length) => newest.slice(-length).filter((each) => !each).length / length >= 0.5);
  }
}

type Step = fc.Command<Model, Driver>;

const agree = (model: Model, real: Driver): void => {
  expect([real.state, real.underWay, real.allowed(model.now)]).toEqual([
    model.state,
    model.running.map(({ id }) => id),
    model.free,
  ]);
};

const step = (name: string, run: (model: Model, real: Driver) => void): Step => ({
  check: () => true,
  run: (model, real) => {
    run(model, real);
    agree(model, real);
  },
  toString: () => name,
});

/** Names of nodes from a place on, so that some commands want as many as may run and more. */
const nodesFrom = (first: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `n${String((first + index) % 1_000).padStart(3, '0')}`);

const BEGIN = fc.tuple(fc.nat(999), fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 90, max: 120 })));
const steps: fc.Arbitrary<Step>[] = [
  BEGIN.map(([first, count]) =>
    step(`begin ${count} from ${first}`, (model, real) => {
      // A moment later: an update is named by its node and when it was wanted.
      model.pass(1);
      real.tick(model.now);
      const nodes = nodesFrom(first, count);
      real.begin(nodes, model.now);
      model.begin(nodes);
    }),
  ),
  fc.tuple(fc.nat(99), fc.array(fc.boolean(), { minLength: 1, maxLength: 20 })).map(([first, ends]) =>
    step(`end ${ends.map((each) => (each ? '.' : 'x')).join('')} from ${first}`, (model, real) => {
      for (const isHealthy of ends) {
        const id = model.running[first % Math.max(1, model.running.length)]?.id ?? 'none';
        real.end(id, isHealthy, model.now);
        if (id !== 'none') model.end(id, isHealthy);
      }
    }),
  ),
  fc.constantFrom(250, 10_000, 29_999, 30_000, 150_000, 299_000, 300_000).map((ms) =>
    step(`${ms} ms`, (model, real) => {
      model.pass(ms);
      real.tick(model.now);
    }),
  ),
  fc.constant(step('kill -9', (_, real) => real.restart())),
];

describe('the circuit breaker against its model', () => {
  it('R42: says what its words say after any updates, answers, times and kills', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.commands(steps, { maxCommands: 60, size: 'max' }), (commands) => {
        fc.modelRun(() => {
          const model = new Model();
          return { model, real: new Driver((type) => seen.add(type)) };
        }, commands);
      }),
      { numRuns: 300 },
    );
    // Else the commands would prove nothing.
    expect([...seen].toSorted()).toEqual([
      'BreakerClosed',
      'BreakerHalfOpened',
      'BreakerOpened',
      'UpdateBegan',
      'UpdateEnded',
    ]);
  });
});
