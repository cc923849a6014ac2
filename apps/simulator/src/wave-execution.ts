import { type Command, type CommandAnswer, releaseName, type WaveStep } from '#contracts';
import { decideHealth, HEALTH_PASSES_MIN, HEALTH_PROBES } from '#domain';
import type { Clock } from './clock.js';
import type { DeployTarget } from './deploy-target.js';
import { createRandom, type Random } from './random.js';
import { healthCheck } from './resolver-model.js';

/** A restart of a DNS server with its zones in memory takes about a second; each node differs. */
const RESTART_MIN_MS = 500;
const RESTART_MAX_MS = 1_500;

/** What an answer says beside its status. */
type Told = Pick<CommandAnswer, 'status'> & Partial<Pick<CommandAnswer, 'step' | 'probes' | 'passed' | 'detail'>>;

/**
 * Executes commands at the servers of a target. A rollback, or a stage of a rollout, is the four steps of R58 at each node: stop, deploy,
 * start with its health check, verify what really runs; each is told when it is done. A drain or a resume restarts nothing.
 */
export class WaveExecution {
  private readonly random: Random;
  private readonly luck: Random;
  /** Command → how it ended at each of its nodes so far; a day has some tens of commands. */
  private readonly ends = new Map<string, CommandAnswer[]>();

  constructor(
    private readonly clock: Clock,
    seed: number,
  ) {
    this.random = createRandom(seed, 'restarts');
    this.luck = createRandom(seed, 'health');
  }

  /** Begins a command at all of its nodes at once. */
  begin(command: Command, target: DeployTarget): void {
    this.ends.set(command.commandId, []);
    target.report(command.audience.map((nodeId) => this.answer(command, nodeId, target, { status: 'accepted' })));
    for (const nodeId of command.audience) void this.act(command, nodeId, target);
  }

  /** Tells again how a command ended, since an answer may have been lost; false where it never began. */
  repeat(commandId: string, target: DeployTarget): boolean {
    const ends = this.ends.get(commandId);
    if (ends !== undefined) target.report(ends);
    return ends !== undefined;
  }

  private async act(command: Command, nodeId: string, target: DeployTarget): Promise<void> {
    if (target.release(nodeId) === undefined) return this.end(command, nodeId, target, { status: 'failed' });
    if (command.action === 'rollback' || command.action === 'deploy') return this.change(command, nodeId, target);
    await this.restart();
    this.end(command, nodeId, target, { status: 'done' });
  }

  private async change(command: Command, nodeId: string, target: DeployTarget): Promise<void> {
    const done = (step: WaveStep, told: Partial<Told> = {}): CommandAnswer =>
      this.answer(command, nodeId, target, { status: 'running', step, ...told });
    target.stop(nodeId);
    target.report([done('stop'), done('deploy')]);
    await this.restart();
    target.start(nodeId, command.to);
    const { probes, passed, isHealthy, because } = this.check(command, nodeId, target);
    if (!isHealthy) {
      const failed = { status: 'failed', step: 'start', probes, passed, detail: because } as const;
      return this.end(command, nodeId, target, failed);
    }
    target.report([done('start', { probes, passed })]);
    const status = runsTarget(command, nodeId, target) ? 'done' : 'failed';
    this.end(command, nodeId, target, { status, step: 'verify', probes, passed });
  }

  /** A node that did not take the target is as the study's corrupted one: it passes now and then. */
  private check(command: Command, nodeId: string, target: DeployTarget) {
    const { probes, passesMin } = command.healthCheck ?? { probes: HEALTH_PROBES, passesMin: HEALTH_PASSES_MIN };
    const state = { corrupted: !runsTarget(command, nodeId, target) };
    const passed = Array.from({ length: probes }).filter(() => healthCheck(state, this.luck)).length;
    return { probes, passed, ...decideHealth(passed, probes, passesMin) };
  }

  private restart(): Promise<void> {
    return this.clock.sleep(RESTART_MIN_MS + this.random.next() * (RESTART_MAX_MS - RESTART_MIN_MS));
  }

  private end(command: Command, nodeId: string, target: DeployTarget, told: Told): void {
    const answer = this.answer(command, nodeId, target, told);
    this.ends.get(command.commandId)?.push(answer);
    target.report([answer]);
  }

  private answer(command: Command, nodeId: string, target: DeployTarget, told: Told): CommandAnswer {
    return {
      type: 'answer',
      nodeId,
      agentBootId: target.agentBootId(nodeId),
      atUs: this.clock.nowMs() * 1_000,
      commandId: command.commandId,
      generation: command.generation,
      ...(told.status === 'done' ? target.release(nodeId) : {}),
      detail: `wave ${command.wave}`,
      ...told,
    };
  }
}

const runsTarget = ({ to }: Command, nodeId: string, target: DeployTarget): boolean => {
  const release = target.release(nodeId);
  return release !== undefined && releaseName(release) === releaseName(to);
};
