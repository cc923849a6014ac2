import fc from 'fast-check';
import type { CommandAnswer } from '#contracts';
import type { ProgramRun } from '#domain';
import { FakeClock, until } from '#testing';
import { createFakeGateway, type FakeGateway } from './command-gateway.fake.js';
import { createFakeJournalFile, type FakeJournalFile } from './command-journal.fake.js';
import { commandsConfig, forged, makeCommand, signed } from './command-keys.fixture.js';
import { type Executor, startExecutor } from './command-executor.js';
import type { Program } from './command-runner.js';

const WELL: ProgramRun = { end: { how: 'exited', code: 0 }, output: 'out' };

interface Play {
  readonly section?: Readonly<Record<string, unknown>>;
  readonly file?: FakeJournalFile;
  readonly run?: (program: Program) => Promise<ProgramRun>;
}

/** An executor of n1 with a gateway, a disk and programs that are all of this test. */
const play = async ({ section = {}, file = createFakeJournalFile(), run = async () => WELL }: Play = {}) => {
  const clock = new FakeClock();
  const gateway = createFakeGateway(clock);
  const started: Program[] = [];
  const said: string[] = [];
  const start = (on = file): Promise<Executor> =>
    startExecutor(commandsConfig(section), {
      nodeId: 'n1',
      agentBootId: '9',
      client: gateway.client,
      clock,
      say: (line) => said.push(line),
      run: (program) => {
        started.push(program);
        return run(program);
      },
      file: on,
    });
  return { clock, gateway, started, said, file, start, executor: await start() };
};
const give = ({ commands }: FakeGateway, clock: FakeClock, ...generations: readonly number[]): void => {
  for (const generation of generations) {
    commands.push({ generation, signed: signed(makeCommand(generation, clock.nowMs())) });
  }
};
const statuses = (answers: readonly CommandAnswer[]): string[] =>
  answers.map(({ commandId, status }) => `${commandId} ${status}`);
/** Moves the clock on until something holds. */
const advanceUntil = (clock: FakeClock, what: string, holds: () => boolean): Promise<unknown> =>
  until(what, async () => {
    await clock.advance(100);
    return holds();
  });

describe('an executor', () => {
  it('runs the program of a command, and answers accepted, running, done', async () => {
    const { clock, gateway, started, executor } = await play();
    give(gateway, clock, 7);
    await advanceUntil(clock, 'three answers are taken', () => gateway.answers.length === 3);
    expect(started.map(({ argv }) => argv)).toEqual([['deploy', 'v2.1.4']]);
    expect(started[0]?.environment['TOCSIN_COMMAND_ID']).toBe('c-7');
    expect(started[0]?.limitMs).toBe(60_000);
    expect(statuses(gateway.answers)).toEqual(['c-7 accepted', 'c-7 running', 'c-7 done']);
    expect(gateway.answers[2]).toEqual({
      type: 'answer',
      nodeId: 'n1',
      agentBootId: '9',
      atUs: gateway.answers[0]?.atUs,
      commandId: 'c-7',
      generation: 7,
      status: 'done',
      detail: 'the program ended with 0, no release was read back\nout',
    });
    expect(gateway.looks.slice(0, 2)).toEqual([
      '/v1/nodes/n1/commands?after=0&waitMs=7000',
      '/v1/nodes/n1/commands?after=7&waitMs=7000',
    ]);
    await executor.stop();
  });

  it('R43, R58: answers with the health check that the program told', async () => {
    const run = async (): Promise<ProgramRun> => ({ ...WELL, output: '4 of 5 probes passed, at least 4 must' });
    const { clock, gateway, executor } = await play({ run });
    give(gateway, clock, 7);
    await advanceUntil(clock, 'three answers are taken', () => gateway.answers.length === 3);
    expect(gateway.answers[2]).toMatchObject({ status: 'done', step: 'verify', probes: 5, passed: 4 });
    expect(gateway.answers[1]).not.toHaveProperty('step');
    await executor.stop();
  });

  it('answers a rollback with the release that was read back', async () => {
    const run = async ({ keeps }: Program): Promise<ProgramRun> =>
      keeps === 'output only' ? { ...WELL, output: 'v2.1.4 c41\n' } : WELL;
    const { clock, gateway, started, executor } = await play({
      section: { read_back: ['release-of', '{action}'] },
      run,
    });
    give(gateway, clock, 7);
    await advanceUntil(clock, 'three answers are taken', () => gateway.answers.length === 3);
    expect(started.map(({ argv, limitMs }) => [argv, limitMs])).toEqual([
      [['deploy', 'v2.1.4'], 60_000],
      [['release-of', 'rollback'], 5_000],
    ]);
    expect(gateway.answers[2]).toMatchObject({ status: 'done', softwareVersion: 'v2.1.4', configRev: 'c41' });
    await executor.stop();
  });

  it('reads nothing back after a program that failed, or another action than a rollback', async () => {
    const run = async (): Promise<ProgramRun> => ({ end: { how: 'exited', code: 2 }, output: 'no' });
    const actions = { rollback: { program: ['deploy'] }, drain: { program: ['drain'] } };
    const { clock, gateway, started, executor } = await play({ section: { read_back: ['release-of'], actions }, run });
    give(gateway, clock, 7);
    gateway.commands.push({ generation: 8, signed: signed(makeCommand(8, clock.nowMs(), { action: 'drain' })) });
    await advanceUntil(clock, 'six answers are taken', () => gateway.answers.length === 6);
    expect(started.map(({ argv }) => argv)).toEqual([['deploy'], ['drain']]);
    expect(statuses(gateway.answers).filter((each) => each.endsWith('failed'))).toEqual(['c-7 failed', 'c-8 failed']);
    await executor.stop();
  });

  it('starts nothing in a dry run, and never answers done', async () => {
    const { clock, gateway, started, executor } = await play({ section: { dry_run: true } });
    give(gateway, clock, 7);
    await advanceUntil(clock, 'an answer is taken', () => gateway.answers.length === 1);
    await clock.advance(60_000);
    expect(started).toEqual([]);
    expect(gateway.answers.map(({ status, detail }) => [status, detail])).toEqual([
      ['refused', 'dry run, nothing was started: ["deploy","v2.1.4"]'],
    ]);
    await executor.stop();
  });

  it('says nothing to the fleet of a command that nobody trusted signed', async () => {
    const { clock, gateway, started, said, executor } = await play();
    gateway.commands.push({ generation: 7, signed: forged(makeCommand(7, clock.nowMs())) });
    await advanceUntil(clock, 'it was said', () => said.length > 0);
    expect(said).toEqual(['a command was ignored: signature_wrong: the signature does not match the payload']);
    expect([started, gateway.answers]).toEqual([[], []]);
    await executor.stop();
  });

  it('repeats an answer until it is taken, and keeps the order', async () => {
    const { clock, gateway, executor } = await play();
    gateway.script.push(0, 503, 401, 429);
    give(gateway, clock, 7);
    await advanceUntil(clock, 'three answers are taken', () => gateway.answers.length === 3);
    expect(statuses(gateway.answers)).toEqual(['c-7 accepted', 'c-7 running', 'c-7 done']);
    await executor.stop();
  });

  it('gives up an answer whose body is refused, says so, and goes on', async () => {
    const { clock, gateway, said, executor } = await play();
    gateway.script.push(422);
    give(gateway, clock, 7);
    await advanceUntil(clock, 'two answers are taken', () => gateway.answers.length === 2);
    expect(statuses(gateway.answers)).toEqual(['c-7 running', 'c-7 done']);
    expect(said).toContain('answer accepted to command c-7: the gateway said 422 ');
    await executor.stop();
  });

  it('looks again after a second when a look fails, and says it once', async () => {
    const { clock, gateway, said, executor } = await play();
    gateway.lookScript.push(503, 503, 503);
    await clock.advance(7_000);
    expect(gateway.looks).toHaveLength(2);
    await clock.advance(2_500);
    expect(gateway.looks).toHaveLength(4);
    give(gateway, clock, 7);
    await advanceUntil(clock, 'it is done', () => gateway.answers.length === 3);
    expect(said.filter((line) => line === 'commands: 503 scripted')).toHaveLength(1);
    await executor.stop();
  });

  it('answers after a restart for what was running when it ended, and never runs it again', async () => {
    const never = (): Promise<ProgramRun> => new Promise(() => undefined);
    const { clock, gateway, started, start, file } = await play({ run: never });
    give(gateway, clock, 7);
    await advanceUntil(clock, 'the program runs', () => gateway.answers.length === 2);
    const executor = await start(createFakeJournalFile(file.text));
    await advanceUntil(clock, 'it is answered', () => gateway.answers.length === 3);
    expect(gateway.answers[2]).toMatchObject({ status: 'failed', detail: 'interrupted, its effect is unknown' });
    gateway.commands.push({ generation: 9, signed: signed(makeCommand(9, clock.nowMs(), { commandId: 'c-7' })) });
    await clock.advance(60_000);
    expect(started).toHaveLength(1);
    await executor.stop();
  });

  it('ends when its program has ended, and tries its answer once more', async () => {
    let finish: (run: ProgramRun) => void = () => undefined;
    const run = (): Promise<ProgramRun> => new Promise((resolve) => void (finish = resolve));
    const { clock, gateway, executor } = await play({ run });
    give(gateway, clock, 7, 8);
    await advanceUntil(clock, 'the program runs', () => gateway.answers.length === 2);
    let isOver = false;
    const stopping = executor.stop().then(() => {
      isOver = true;
    });
    await clock.advance(10_000);
    expect(isOver).toBe(false);
    finish(WELL);
    await stopping;
    expect(statuses(gateway.answers)).toEqual(['c-7 accepted', 'c-7 running', 'c-7 done']);
  });

  it('executes nothing more once its journal cannot be written', async () => {
    const file = createFakeJournalFile();
    const full = { ...file, append: async () => Promise.reject(new Error('no space left')) };
    const { clock, gateway, started, said, executor } = await play({ file: full });
    give(gateway, clock, 7);
    await advanceUntil(clock, 'it was said', () => said.length > 0);
    give(gateway, clock, 8);
    await clock.advance(60_000);
    expect([started, said]).toEqual([[], ['no more commands are executed: no space left']]);
    await executor.stop();
  });
});

describe('whatever is delivered, repeated, and cut off at any byte of the journal', () => {
  /** Runs of one agent, each ended by a loss of power after some bytes; deliveries are by generation, with repetitions. */
  const lives = fc.array(
    fc.record({
      deliveries: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }),
      bytes: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constant(Number.POSITIVE_INFINITY)),
      isLongRun: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  );

  it('a program starts at most once per command, and no answer says otherwise', async () => {
    const totals = { starts: 0, cuts: 0, done: 0, interrupted: 0 };
    await fc.assert(
      fc.asyncProperty(lives, async (each) => {
        const startedFor: string[] = [];
        const answers: CommandAnswer[] = [];
        let text = '';
        for (const { deliveries, bytes, isLongRun } of each) {
          const clock = new FakeClock();
          const gateway = createFakeGateway(clock);
          for (const generation of deliveries) give(gateway, clock, generation);
          const file = createFakeJournalFile(text, bytes);
          // What is under way when power is lost stays so: nothing of this life is waited for.
          void startExecutor(commandsConfig(), {
            nodeId: 'n1',
            agentBootId: '9',
            client: gateway.client,
            clock,
            say: () => undefined,
            run: async ({ environment }) => {
              startedFor.push(environment['TOCSIN_COMMAND_ID'] ?? '');
              if (isLongRun) await clock.sleep(30_000);
              return WELL;
            },
            file,
          });
          await clock.advance(20_000);
          answers.push(...gateway.answers);
          if (file.isCut()) totals.cuts += 1;
          text = file.text;
        }
        totals.starts += startedFor.length;
        expect(new Set(startedFor).size).toBe(startedFor.length);
        const finals = new Map<string, Set<string>>();
        for (const { commandId, status, detail } of answers) {
          if (status === 'accepted' || status === 'running') continue;
          finals.set(commandId, (finals.get(commandId) ?? new Set()).add(status));
          const saysItRan = status === 'done' || detail.endsWith('effect is unknown');
          expect([commandId, startedFor.includes(commandId)]).toEqual([commandId, saysItRan]);
          totals.done += status === 'done' ? 1 : 0;
          totals.interrupted += detail.startsWith('interrupted') ? 1 : 0;
        }
        for (const [, different] of finals) expect(different.size).toBe(1);
      }),
      { numRuns: 150 },
    );
    // The property would hold of an executor that does nothing. The rarest, a cut, is in one of six: no cut in 150 is 1 of 10^11.
    for (const [, count] of Object.entries(totals)) expect(count).toBeGreaterThan(0);
  }, 60_000);
});
