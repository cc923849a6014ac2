import { type Command, type CommandRefusal, type CommandVerdict } from '#contracts';
import { commandValues, evolveExecution, type Execution, type ExecutionEvent, lastGenerationOf } from './execution.js';
import {
  type CommandDecision,
  decideCommand,
  decideEnd,
  decideInterruption,
  type ExecutorFacts,
  type ProgramRun,
} from './execution.decide.js';

const command: Command = {
  commandId: 'c-1',
  action: 'rollback',
  rollbackId: 'rb-1',
  wave: 1,
  generation: 7,
  service: 'dns',
  from: { softwareVersion: 'v2.1.5', configRev: 'c42' },
  to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
  audience: ['n1'],
  audienceDigest: '0'.repeat(64),
  issuedAtMs: 0,
  expiresAtMs: 9_000,
  reason: 'success 23 % < 95 %',
};
const execute: CommandVerdict = { verdict: 'execute', command };
const refusedFor = (reason: CommandRefusal, refused: Command | undefined = command): CommandVerdict => ({
  verdict: 'refuse',
  reason,
  detail: 'why',
  command: refused,
});
const program = ['deploy', 'v2.1.4'];

const accepted: ExecutionEvent = {
  type: 'CommandAccepted',
  commandId: 'c-1',
  generation: 7,
  action: 'rollback',
  to: command.to,
  detail: 'rollback to v2.1.4+c41',
  atMs: 1,
};
const started: ExecutionEvent = { type: 'ProgramStarted', commandId: 'c-1', detail: 'deploy', atMs: 2 };
const done: ExecutionEvent = { type: 'ProgramEnded', commandId: 'c-1', status: 'done', detail: 'well', atMs: 3 };
const refused: ExecutionEvent = { type: 'CommandRefused', commandId: 'c-1', generation: 7, detail: 'no', atMs: 1 };
const interrupted: ExecutionEvent = { type: 'ProgramInterrupted', commandId: 'c-1', detail: 'lost', atMs: 4 };

const stateAfter = (...events: readonly ExecutionEvent[]): Execution | undefined =>
  events.reduce<Execution | undefined>((before, event) => evolveExecution(before, event), undefined);

/** Given what happened, when a command of some verdict comes, then a decision. */
const given = (...events: readonly ExecutionEvent[]) => ({
  when: (verdict: CommandVerdict, facts: Partial<ExecutorFacts> = {}): CommandDecision => {
    const execution = stateAfter(...events);
    const executions = new Map(execution && [[execution.commandId, execution]]);
    const ownSwitch = { isOn: true, detail: 'on' };
    return decideCommand(verdict, {
      executions,
      ownSwitch,
      isDryRun: false,
      programFor: () => program,
      nowMs: 5,
      ...facts,
    });
  },
});
const refusal = (detail: string, commandId = 'c-1'): CommandDecision => ({
  is: 'refuse',
  event: { type: 'CommandRefused', commandId, generation: 7, detail, atMs: 5 },
});

describe('decideCommand', () => {
  it('starts the program of a command that may be executed', () => {
    const event = { ...accepted, atMs: 5 };
    expect(given().when(execute)).toEqual({ is: 'start', command, program, event });
  });

  it.each(['audience_altered', 'expired', 'not_yet_valid', 'generation_old'] as const)(
    'refuses what the trusted key signed, and says why: %s',
    (reason) => {
      expect(given().when(refusedFor(reason))).toEqual(refusal(`${reason}: why`));
    },
  );

  it.each(['key_unknown', 'signature_wrong', 'payload_invalid'] as const)(
    'believes nothing of what it did not sign, not even whom to answer: %s',
    (reason) => {
      const verdict: CommandVerdict = { verdict: 'refuse', reason, detail: 'why', command: undefined };
      expect(given().when(verdict)).toEqual({ is: 'ignore', because: `${reason}: why` });
    },
  );

  it('does not answer for others', () => {
    expect(given().when(refusedFor('audience_foreign')).is).toBe('ignore');
  });

  it('B8: refuses everything while the switch of the node is off, in a dry run too', () => {
    const ownSwitch = { isOn: false, detail: '/etc/tocsin/automation cannot be read: ENOENT' };
    const off = refusal('switched_off: /etc/tocsin/automation cannot be read: ENOENT');
    expect(given().when(execute, { ownSwitch })).toEqual(off);
    expect(given().when(execute, { ownSwitch, isDryRun: true })).toEqual(off);
    expect(given(accepted, started, done).when(execute, { ownSwitch }).is).toBe('ignore');
  });

  it('refuses an action without a program', () => {
    expect(given().when(execute, { programFor: () => undefined })).toEqual(
      refusal('action_unknown: no program for rollback is configured'),
    );
  });

  it('refuses in a dry run, and says what it would start: no rollback takes that for done', () => {
    expect(given().when(execute, { isDryRun: true })).toEqual(
      refusal('dry run, nothing was started: ["deploy","v2.1.4"]'),
    );
  });

  it.each(['-rf', 'a b', 'a;b', '', 'é', '$(id)'])(
    'refuses an id that could mean something else: "%s"',
    (commandId) => {
      const decision = given().when({ verdict: 'execute', command: { ...command, commandId } });
      expect(decision).toEqual(refusal('id_invalid: its id cannot be an argument of a program', commandId));
    },
  );

  it.each([
    ['accepted', [accepted]],
    ['running', [accepted, started]],
    ['done', [accepted, started, done]],
    ['failed', [accepted, started, { ...done, status: 'failed' } as const]],
    ['interrupted', [accepted, started, interrupted]],
    ['refused', [refused]],
  ] as const)('acts once: a command that is %s is ignored, also under a newer generation', (state, events) => {
    const because = `c-1 was seen before: it is ${state}`;
    expect(given(...events).when(execute)).toEqual({ is: 'ignore', because });
    expect(given(...events).when(refusedFor('generation_old'))).toEqual({ is: 'ignore', because });
    expect(given(...events).when({ verdict: 'execute', command: { ...command, generation: 8 } }).is).toBe('ignore');
  });
});

describe('an execution', () => {
  const owedAfter = (...events: readonly ExecutionEvent[]): readonly string[] | undefined =>
    stateAfter(...events)?.owed.map(({ status, detail }) => `${status}: ${detail}`);

  it('owes every answer until it is taken, oldest first', () => {
    const taken = (status: 'accepted' | 'running' | 'done'): ExecutionEvent => {
      return { type: 'AnswerTaken', commandId: 'c-1', status, atMs: 9 };
    };
    expect(owedAfter(accepted, started, done)).toEqual([
      'accepted: rollback to v2.1.4+c41',
      'running: deploy',
      'done: well',
    ]);
    expect(owedAfter(accepted, taken('accepted'), started, done)).toEqual(['running: deploy', 'done: well']);
    expect(owedAfter(accepted, started, done, taken('accepted'), taken('running'), taken('done'))).toEqual([]);
  });

  it('answers failed when it was interrupted', () => {
    expect(owedAfter(accepted, started, interrupted)?.at(-1)).toBe('failed: lost');
  });

  it('leaves no final state, and none is reached by an event that does not fit', () => {
    expect(stateAfter(started, done)).toBeUndefined();
    expect(stateAfter(accepted, done)?.state).toBe('accepted');
    for (const last of [done, interrupted]) {
      const final = stateAfter(accepted, started, last);
      for (const event of [accepted, refused, started, done, interrupted]) {
        expect(evolveExecution(final, event)).toEqual(final);
      }
    }
  });

  it('counts the highest generation of all that came', () => {
    expect(lastGenerationOf(new Map())).toBe(0);
    const one = stateAfter(accepted);
    const other = stateAfter({ ...refused, commandId: 'c-0', generation: 12 });
    expect(
      lastGenerationOf(new Map([one, other].flatMap((each) => (each ? [[each.commandId, each] as const] : [])))),
    ).toBe(12);
  });

  it('gives its program plain values only', () => {
    expect(commandValues(command)).toEqual({
      command_id: 'c-1',
      action: 'rollback',
      software_version: 'v2.1.4',
      config_rev: 'c41',
      from_software_version: 'v2.1.5',
      from_config_rev: 'c42',
    });
  });
});

describe('decideInterruption', () => {
  it.each([
    ['before its program started', [accepted], 'interrupted before its program started: nothing was done'],
    ['while it ran', [accepted, started], 'interrupted, its effect is unknown'],
    ['after its end', [accepted, started, done], undefined],
    ['after it was refused', [refused], undefined],
    ['a second time', [accepted, started, interrupted], undefined],
  ] as const)('%s', (_, events, detail) => {
    const execution = stateAfter(...events);
    const event = execution && decideInterruption(execution, 9);
    expect(event).toEqual(detail && { type: 'ProgramInterrupted', commandId: 'c-1', detail, atMs: 9 });
  });
});

describe('decideEnd', () => {
  const ran = (code: number, output = 'out'): ProgramRun => ({ end: { how: 'exited', code }, output });
  const end = (run: ProgramRun, readBack?: ProgramRun): ExecutionEvent => decideEnd(command, run, readBack, 9);
  const ended = { type: 'ProgramEnded', commandId: 'c-1', atMs: 9 };

  it('is done with 0, and names no release that was not read back', () => {
    const detail = 'the program ended with 0, no release was read back\nout';
    expect(end(ran(0))).toEqual({ ...ended, status: 'done', detail });
  });

  it('is done when the release that runs is the one that was wanted', () => {
    const detail = 'the program ended with 0, v2.1.4+c41 runs\nout';
    expect(end(ran(0), ran(0, 'v2.1.4\nc41\n'))).toEqual({ ...ended, status: 'done', release: command.to, detail });
  });

  it('has failed when another release runs, and says which', () => {
    const detail = 'the program ended with 0, but v2.1.5+c42 runs, not v2.1.4+c41\nout';
    expect(end(ran(0), ran(0, 'v2.1.5 c42'))).toEqual({ ...ended, status: 'failed', release: command.from, detail });
  });

  it.each([
    ['is no release', ran(0, 'v2.1.4'), 'ended with 0, saying "v2.1.4"'],
    ['has more words than a release', ran(0, 'v2.1.4 c41 c42'), 'ended with 0, saying "v2.1.4 c41 c42"'],
    ['is of a program that failed', ran(3, 'v2.1.4 c41'), 'ended with 3, saying "v2.1.4 c41"'],
  ])('has failed when what was read back %s', (_, readBack, said) => {
    const detail = `the program ended with 0, but no release could be read back: that program ${said}\nout`;
    expect(end(ran(0), readBack)).toEqual({ ...ended, status: 'failed', detail });
  });

  it.each([
    [{ how: 'exited', code: 2 }, 'ended with 2'],
    [{ how: 'killed', signal: 'SIGSEGV' }, 'was killed by SIGSEGV'],
    [{ how: 'timed_out', limitMs: 60_000, isKilled: true }, 'did not end within 60000 ms and was killed'],
    [
      { how: 'timed_out', limitMs: 60_000, isKilled: false },
      'did not end within 60000 ms and could not be killed: it may still run',
    ],
    [{ how: 'not_started', because: 'ENOENT' }, 'could not be started: ENOENT'],
  ] as const)('has failed when the program %j', (how, words) => {
    const detail = `the program ${words}\nout`;
    expect(end({ end: how, output: 'out' })).toEqual({ ...ended, status: 'failed', detail });
  });

  it('keeps within what an answer may hold', () => {
    const event = end(ran(1, 'x'.repeat(9_000)));
    expect(event.type === 'ProgramEnded' && event.detail.length).toBe(4_000);
  });

  it.each([
    ['TASK [Verify]\nok: 4 of 5 probes passed, at least 4 must', { probes: 5, passed: 4 }],
    ['1 of 5 probes passed\nagain: 5 of 5 probes passed', { probes: 5, passed: 5 }],
    ['all is well', undefined],
    ['99999 of 5 probes passed', undefined],
  ])('R43: tells the health check that the program told, the last of several: %j', (output, health) => {
    const ran: ProgramRun = { end: { how: 'exited', code: 0 }, output };
    const event = decideEnd(command, ran, undefined, 9);
    expect(event).toMatchObject({ status: 'done' });
    expect(stateAfter(accepted, started, event)?.owed.at(-1)?.health).toEqual(health);
  });
});
