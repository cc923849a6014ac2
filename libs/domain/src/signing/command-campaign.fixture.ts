import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  type Command,
  type CommandAnswer,
  commandKeyId,
  type Event,
  event,
  planStreamOf,
  type SignedCommand,
  signCommand,
  streamOf,
  verifyCommand,
} from '#contracts';
import { evolveExecution, type Execution, type ExecutionEvent, lastGenerationOf } from '../command/execution.js';
import { decideCommand, decideEnd, decideInterruption } from '../command/execution.decide.js';
import { evolveRollback, isRollbackEvent, type Rollback } from '../rollout/rollback.js';
import { decideWaveStep } from '../rollout/wave.decide.js';
import { recheckCommand } from './recheck.js';
import { decided, FLEET, NOW_MS, WAVES } from './signing.fixture.js';

const keys = generateKeyPairSync('ed25519');
const keyId = commandKeyId(keys.publicKey);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A guard that is taken away, so that a campaign can be seen to notice. */
export type Missing = 'nothing' | 'versions' | 'journal';

/** Crashes of one campaign, between any two steps of anybody. */
const CRASHES = 50;
/** Decisions and signatures of one campaign, at least, that come too late: somebody else took them. */
const CONFLICTS_MIN = 100;
/** Steps after which everything must have come to rest; six times what the slowest seed takes. */
const STEPS_MAX = 60_000;
/** Of the clock, for one step of anybody, ms. */
const STEP_MS = 25;
/** Of a hundred steps while crashes are left. */
const CRASH_PERCENT = 15;

/** What an actor does until its next crash point. */
type Steps = Generator<undefined, void, undefined>;

interface Recorded {
  readonly stream: string;
  readonly event: Event;
}

/** What became of one seed. */
export interface Campaign {
  readonly problem: string | undefined;
  readonly end: string;
  readonly crashes: number;
  /** Appends that met another version: somebody decided or signed the same a moment before. */
  readonly conflicts: number;
  /** Commands that came to an executor again. */
  readonly repetitions: number;
}

/** One rollback of three waves, its four deciders, two signers, publisher and nodes, of which anybody may die between any two steps. */
class World {
  readonly log: Recorded[] = [{ stream: 'rollback-rb1', event: decided() }];
  readonly published: SignedCommand[] = [];
  readonly answers: CommandAnswer[] = [];
  readonly started = new Map<string, number>();
  readonly journals = new Map<string, ExecutionEvent[]>();
  publishedUntil = 0;
  nowMs = NOW_MS;
  conflicts = 0;
  repetitions = 0;
  problem: string | undefined;

  constructor(
    readonly random: () => number,
    readonly missing: Missing,
  ) {}

  of(stream: string, until = this.log.length): readonly Event[] {
    return this.log
      .slice(0, until)
      .filter((each) => each.stream === stream)
      .map((each) => each.event);
  }

  /** All streams or none, while each has the version that was read. */
  append(streams: readonly { stream: string; version: number; events: readonly Event[] }[]): boolean {
    const isStale = streams.some(({ stream, version }) => this.of(stream).length !== version);
    if (isStale) this.conflicts += 1;
    if (isStale && this.missing !== 'versions') return false;
    for (const { stream, events } of streams) for (const each of events) this.log.push({ stream, event: each });
    return true;
  }

  issued(): readonly Command[] {
    return this.log.flatMap(({ event: each }) => (each.type === 'CommandIssued' ? [each.data.command] : []));
  }

  /** It has ended, everybody knows, and nothing more is said of it. */
  isOver(): boolean {
    return this.log.some(({ event: { type } }) => type === 'StakeholdersNotified');
  }

  rollback(until?: number): Rollback {
    const events = this.of('rollback-rb1', until);
    return events.reduce<Rollback | undefined>(
      (before, each) => (isRollbackEvent(each) ? evolveRollback(before, each) : before),
      undefined,
    ) as Rollback;
  }
}

const isDone = ({ answers }: World, nodeId: string): boolean =>
  answers.some((each) => each.nodeId === nodeId && each.status === 'done');

/** Decides from what it knew at the last look, which may be old: as a process that was stopped for a while. */
function* decider(world: World): Steps {
  const until = world.random() < 0.5 ? Math.ceil(world.random() * world.log.length) : world.log.length;
  const rollback = world.rollback(until);
  const version = world.of('rollback-rb1', until).length;
  const answers = [...world.answers];
  yield;
  const { events } = decideWaveStep(rollback, {
    at: world.nowMs,
    verifyMs: 10_000,
    generation: Math.max(0, ...world.issued().map(({ generation }) => generation)) + 1,
    answers,
    healthOf: ({ plan, wave }) => {
      const nodes = plan?.waves[wave - 1] ?? [];
      return { success: nodes.every((nodeId) => isDone(world, nodeId)) ? 99.9 : 23, detail: 'over 10s' };
    },
    offBecause: undefined,
    strangerOf: () => undefined,
    recoveryOf: () => ({ verdict: 'unknown', reason: 'no prober' }),
    isIncidentOpen: () => true,
    commandIdOf: (id, wave) => sha256(`${id}|${wave}`).slice(0, 32),
    sha256,
  });
  if (events.length === 0) return;
  yield;
  const own = events.filter(({ type }) => type !== 'CommandIssued');
  const commands = events.flatMap((each) =>
    each.type === 'CommandIssued'
      ? [{ stream: streamOf.command(each.data.command.commandId), version: 0, events: [each] }]
      : [],
  );
  world.append([{ stream: 'rollback-rb1', version, events: own }, ...commands]);
}

function* signer(world: World): Steps {
  const unsigned = world.issued().filter(({ commandId }) => world.of(streamOf.command(commandId)).length === 1);
  for (const command of unsigned.toSorted((a, b) => a.generation - b.generation)) {
    const signedBefore = world.issued().filter(({ commandId }) => world.of(streamOf.command(commandId)).length > 1);
    const plan = world.of(planStreamOf(command));
    yield;
    const nothing = { automation: [], target: [], override: [] };
    const signedGeneration = Math.max(0, ...signedBefore.map(({ generation }) => generation));
    const ownSwitch = { isOn: true, detail: 'on' };
    const facts = { nowMs: world.nowMs, ownSwitch, plan, ...nothing, signedGeneration, fleet: FLEET };
    const refusal = recheckCommand(command, facts, sha256);
    const { commandId, audience } = command;
    const settled =
      refusal === undefined
        ? event('CommandSigned', { commandId, signed: signCommand(command, keys.privateKey, keyId) })
        : event('CommandRefused', { commandId, audience, ...refusal, at: world.nowMs });
    yield;
    const own = { stream: streamOf.command(commandId), version: 1, events: [settled] };
    if (!world.append([own, { stream: planStreamOf(command), version: plan.length, events: [] }])) return;
    yield;
  }
}

/** At least once: who dies between the two publishes the same again. */
function* publisher(world: World): Steps {
  const from = world.publishedUntil;
  const until = world.log.length;
  yield;
  for (const { event: each } of world.log.slice(from, until)) {
    if (each.type === 'CommandSigned') world.published.push(each.data.signed);
    if (each.type !== 'WaveRepeated') continue;
    const again = world.of(streamOf.command(each.data.commandId)).find(({ type }) => type === 'CommandSigned');
    if (again?.type === 'CommandSigned') world.published.push(again.data.signed);
  }
  yield;
  world.publishedUntil = Math.max(world.publishedUntil, until);
}

const executionsOf = (journal: readonly ExecutionEvent[]): Map<string, Execution> => {
  const executions = new Map<string, Execution>();
  for (const each of journal) {
    const after = evolveExecution(executions.get(each.commandId), each);
    if (after !== undefined) executions.set(each.commandId, after);
  }
  return executions;
};

/** Runs a command whose acceptance is in the journal: each step is there before the next is taken. */
function* execute(world: World, nodeId: string, command: Command): Steps {
  const journal = world.journals.get(nodeId) ?? [];
  const { commandId } = command;
  yield;
  journal.push({ type: 'ProgramStarted', commandId, detail: 'deploy', atMs: world.nowMs });
  yield;
  world.started.set(nodeId, (world.started.get(nodeId) ?? 0) + 1);
  const { signedOf } = { signedOf: world.of(streamOf.command(commandId)).some(({ type }) => type === 'CommandSigned') };
  const isNext = world.rollback().wave <= command.wave;
  if (!signedOf || !isNext)
    world.problem = `${nodeId} ran ${commandId} of wave ${command.wave}, which was not its turn`;
  yield;
  journal.push(decideEnd(command, { end: { how: 'exited', code: 0 }, output: '' }, undefined, world.nowMs));
}

function* node(world: World, nodeId: string): Steps {
  if (world.missing === 'journal' && world.random() < 0.2) world.journals.set(nodeId, []);
  const journal = world.journals.get(nodeId) ?? [];
  world.journals.set(nodeId, journal);
  for (const execution of executionsOf(journal).values()) {
    const interrupted = decideInterruption(execution, world.nowMs);
    if (interrupted !== undefined) journal.push(interrupted);
  }
  yield;
  for (const { commandId, generation, owed } of executionsOf(journal).values())
    for (const { status, detail, atMs } of owed) {
      const of = { type: 'answer', nodeId, agentBootId: '1', commandId, generation } as const;
      world.answers.push({ ...of, status, detail, atUs: atMs * 1_000 });
      yield;
      journal.push({ type: 'AnswerTaken', commandId, status, atMs: world.nowMs });
    }
  // Whatever was ever published may come again, in any order.
  const signed = world.published[Math.floor(world.random() * world.published.length)];
  if (signed === undefined) return;
  const executions = executionsOf(journal);
  const verdict = verifyCommand(signed, keys.publicKey, world.nowMs, nodeId, lastGenerationOf(executions));
  if (verdict.command !== undefined && executions.has(verdict.command.commandId)) world.repetitions += 1;
  const programFor = (): readonly string[] => ['deploy'];
  const ownSwitch = { isOn: true, detail: 'on' };
  const decision = decideCommand(verdict, { executions, ownSwitch, isDryRun: false, programFor, nowMs: world.nowMs });
  yield;
  if (decision.is === 'ignore') return;
  journal.push(decision.event);
  if (decision.is === 'start') yield* execute(world, nodeId, decision.command);
}

const NODES = WAVES.flat();

const actorsOf = (world: World): readonly (() => Steps)[] => [
  ...Array.from({ length: 4 }, () => () => decider(world)),
  () => signer(world),
  () => signer(world),
  () => publisher(world),
  ...NODES.map((nodeId) => () => node(world, nodeId)),
];

/** Numbers in [0, 1) from a seed (mulberry32). */
const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const judge = (world: World): string | undefined => {
  const { state, plan } = world.rollback();
  const twice = [...world.started].find(([, times]) => times > 1);
  if (twice !== undefined) return `${twice[0]} ran ${twice[1]} commands`;
  const ids = world.issued().map(({ wave }) => wave);
  if (new Set(ids).size < ids.length) return `waves ${ids.join(', ')} were commanded`;
  const settled = world.issued().map(({ commandId }) => world.of(streamOf.command(commandId)).length);
  if (settled.some((length) => length > 2)) return 'a command was signed twice';
  if (state !== 'completed' && state !== 'stopped') return `it did not come to rest: ${state}`;
  const missed = NODES.filter((nodeId) => !world.started.has(nodeId));
  if (state === 'completed' && missed.length > 0) return `completed without ${missed.join(', ')}`;
  return plan === undefined ? 'there is no plan' : undefined;
};

/** Plays one campaign from a seed. */
export const playCampaign = (seed: number, missing: Missing = 'nothing'): Campaign => {
  const world = new World(randomOf(seed), missing);
  const actors = actorsOf(world);
  const running: (Steps | undefined)[] = actors.map(() => undefined);
  let crashes = 0;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    world.nowMs += STEP_MS;
    const index = Math.floor(world.random() * actors.length);
    if (crashes < CRASHES && world.random() * 100 < CRASH_PERCENT) {
      crashes += 1;
      running[index] = undefined;
      continue;
    }
    const steps = (running[index] ??= actors[index]?.());
    if (steps?.next().done === true) running[index] = undefined;
    const isTried = crashes === CRASHES && world.conflicts >= CONFLICTS_MIN;
    if (world.problem !== undefined || (isTried && world.isOver())) break;
  }
  const problem = world.problem ?? judge(world);
  const { conflicts, repetitions } = world;
  return { problem, end: world.rollback().state, crashes, conflicts, repetitions };
};
