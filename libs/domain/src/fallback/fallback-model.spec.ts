import fc from 'fast-check';
import { type Command, type CommandAnswer, event, type Event } from '#contracts';
import { evolveFallback, type Fallback, isFallbackEvent } from './fallback.js';
import { decideFallbackStep, RESTORES_MAX } from './fallback-step.decide.js';

/** What happens on one tick. */
interface Happening {
  readonly afterMs: number;
  /** What the provider of the last command says: the index of its audience. */
  readonly answers: readonly (readonly [number, 'done' | 'failed' | 'refused' | 'running'])[];
  readonly isRecovered: boolean;
  readonly mayCommand: boolean;
  readonly unwell: readonly string[];
}

const HAPPENING: fc.Arbitrary<Happening> = fc.record({
  afterMs: fc.constantFrom(250, 1_000, 60_000, 120_000),
  // Mostly the first, who is the only one asked to take the customer.
  answers: fc.array(
    fc.tuple(
      fc.constantFrom(0, 0, 0, 1, 2),
      fc.constantFrom('done' as const, 'done' as const, 'failed' as const, 'refused' as const, 'running' as const),
    ),
    { maxLength: 3 },
  ),
  // Seldom: on the first tick it ends everything before a provider is asked.
  isRecovered: fc.integer({ min: 1, max: 6 }).map((number) => number === 6),
  mayCommand: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  unwell: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    fc.subarray(['cloudflare_dns', 'google_dns', 'quad9_dns']),
  ),
});

const evolve = (fallback: Fallback | undefined, each: Event): Fallback | undefined =>
  isFallbackEvent(each) ? evolveFallback(fallback, each) : fallback;

const answersOf = (command: Command | undefined, { answers }: Happening): readonly CommandAnswer[] =>
  answers.flatMap(([index, status]) => {
    const nodeId = command?.audience[index];
    if (command === undefined || nodeId === undefined) return [];
    const { commandId, generation } = command;
    return [{ type: 'answer', nodeId, agentBootId: '1', atUs: 0, commandId, generation, status, detail: '' } as const];
  });

const commandsIn = (log: readonly Event[]): readonly Command[] =>
  log.flatMap((each) => (each.type === 'CommandIssued' ? [each.data.command] : []));

/** Plays a fallback; what is known on each tick comes from the log alone, as after a kill. */
const play = (isDryRun: boolean, happenings: readonly Happening[]): readonly Event[] => {
  const ids = { fallbackId: 'f1', incidentId: 'i1', customerId: 'bank' };
  const log: Event[] = [
    event('FallbackDecided', { ...ids, provider: 'cloudflare_dns', isDryRun, because: 'x', at: 0 }),
  ];
  let at = 0;
  for (const happening of happenings) {
    at += happening.afterMs;
    const kept = log.map((each) => JSON.parse(JSON.stringify(each)) as Event);
    const fallback = kept.reduce<Fallback | undefined>(evolve, undefined);
    if (fallback === undefined) throw new Error('a fallback that was decided is known');
    const { events } = decideFallbackStep(fallback, {
      at,
      generation: log.length,
      answers: answersOf(commandsIn(log).at(-1), happening),
      unwell: new Map(happening.unwell.map((each) => [each, 'is ill'])),
      running: happening.mayCommand
        ? { service: 'dns', release: { softwareVersion: 'v1', configRev: 'c1' } }
        : undefined,
      mayBegin: true,
      recovered: happening.isRecovered ? 'well' : undefined,
      customerOf: () => undefined,
      sinceMs: 0,
      commandIdOf: (id, wave) => `${id}-${wave}`,
      sha256: () => '0'.repeat(64),
    });
    if (!happening.mayCommand) expect(commandsIn(events)).toEqual([]);
    log.push(...events);
  }
  return log;
};

const typesIn = (log: readonly Event[]): readonly string[] => log.map(({ type }) => type);

describe('a fallback, whatever happens to it', () => {
  const happenings = fc.array(HAPPENING, { minLength: 1, maxLength: 30 });

  it('R60: asks each provider once, never two commands of one id, and gives up giving back after three', () => {
    fc.assert(
      fc.property(happenings, (told) => {
        const commands = commandsIn(play(false, told));
        const setups = commands.filter(({ action }) => action === 'fall_back').map(({ audience }) => audience.join());
        expect(new Set(setups).size).toBe(setups.length);
        expect(new Set(commands.map(({ commandId }) => commandId)).size).toBe(commands.length);
        expect(commands.length - setups.length).toBeLessThanOrEqual(RESTORES_MAX);
      }),
    );
  });

  it('R60: is over only when every provider that was told to answer said that it stopped, and says nothing after', () => {
    let ended = 0;
    fc.assert(
      fc.property(happenings, (told) => {
        const log = play(false, told);
        const at = typesIn(log).indexOf('FallbackEnded');
        if (at < 0) return;
        ended += 1;
        expect(at).toBe(log.length - 1);
        const asked = new Set(
          commandsIn(log).flatMap(({ action, audience }) => (action === 'fall_back' ? audience : [])),
        );
        const last = log.findLastIndex((each) => each.type === 'CommandIssued');
        const stopped = log
          .slice(last)
          .flatMap((each) => (each.type === 'FallbackAnswered' && each.data.step === 'undo' ? [each.data] : []))
          .filter(({ status }) => status === 'done');
        expect(new Set(stopped.map(({ provider }) => provider))).toEqual(asked);
      }),
      { numRuns: 500 },
    );
    // A third of them.
    expect(ended).toBeGreaterThan(0);
  });

  it('R60: tells the customer after a provider has taken it, of the issue first, and each once', () => {
    let told = 0;
    fc.assert(
      fc.property(happenings, (all) => {
        const log = play(false, all);
        const steps = log.flatMap((each) => {
          if (each.type === 'FallbackAnswered' && each.data.status === 'done') return [each.data.step];
          return each.type === 'FallbackCommanded' && each.data.notice !== undefined ? [each.data.step] : [];
        });
        const forward = steps.filter((step) => step !== 'undo');
        if (forward.length > 0) told += 1;
        expect([
          [],
          ['setup_emergency_dns_fallback', 'notify_customer_of_issue', 'provide_workaround_instructions'],
        ]).toContainEqual(forward);
      }),
    );
    // Of a third: that none of 100 is told is no matter of luck.
    expect(told).toBeGreaterThan(0);
  });

  it('R60: commands nothing and tells nobody when it is a dry run', () => {
    fc.assert(
      fc.property(happenings, (told) => {
        const log = play(true, told);
        expect(['FallbackDecided,FallbackEnded', 'FallbackDecided']).toContain(typesIn(log).join());
        expect(log.some((each) => 'notice' in each.data)).toBe(false);
      }),
    );
  });
});
