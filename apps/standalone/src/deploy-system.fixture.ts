import { generateKeyPairSync } from 'node:crypto';
import { type Command, type SignedCommand, verifyCommand } from '#contracts';
import { until } from '#testing';
import type { EventTimeServer } from './event-time-server.fixture.js';
import type { ToldFleet } from './told-fleet.fixture.js';

/** A command as the API lists it, as far as a deploy system is told by it that something is on its way. */
interface Listed {
  readonly commandId: string;
  readonly status: string;
  readonly expiresAt: number;
  readonly command: Command;
}

/** Of a board that gives at once what it has. */
interface Given {
  readonly commands: readonly SignedCommand[];
}

/** What signs commands in a test, and what everybody else trusts. */
export const commandKeys = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { publicKey, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
};

const STEPS = ['stop', 'deploy', 'start'] as const;
const PROBED = { step: 'verify', probes: 5, passed: 5 } as const;

/**
 * A deploy system beside a told fleet: it polls the gateway's board of each node, verifies what it is given as an executor does, changes
 * the release of the nodes and tells each step (R58). It waits until everything that is commanded has come to it, so that no test depends
 * on how fast the machine signs.
 */
export class DeploySystem {
  /** What was executed, in this order. */
  readonly executed: Command[] = [];
  private readonly generations = new Map<string, number>();

  private constructor(
    private readonly server: EventTimeServer,
    private readonly fleet: ToldFleet,
    private readonly keys: ReturnType<typeof commandKeys>,
    private readonly key: string,
    private readonly viewer: string,
  ) {}

  static async beside(server: EventTimeServer, fleet: ToldFleet, keys: ReturnType<typeof commandKeys>) {
    const [key, viewer] = [await server.keyOf('deploy'), await server.keyOf('viewer')];
    const system = new DeploySystem(server, fleet, keys, key, viewer);
    server.onDecided = () => system.obey();
    return system;
  }

  /** Executed commands of an action: node by node. */
  nodesOf(action: Command['action'], id?: string): readonly string[] {
    return this.executed
      .filter((each) => each.action === action && (id === undefined || (each.rolloutId ?? each.rollbackId) === id))
      .flatMap(({ audience }) => audience);
  }

  private async obey(): Promise<void> {
    for (const command of await this.settled()) {
      const own = new Map<string, Command>();
      for (const nodeId of command.audience)
        own.set(nodeId, await until(`${nodeId} is given ${command.commandId}`, () => this.given(nodeId, command)));
      for (const [nodeId, verified] of own) await this.execute(nodeId, verified);
      this.executed.push(command);
    }
  }

  /** Signed commands that were not executed yet; none is left unsigned. */
  private settled(): Promise<readonly Command[]> {
    return until('every command is signed or refused', async () => {
      const { body } = await this.server.ask(this.viewer, '/v1/commands?limit=500');
      const { commands } = body as { readonly commands: readonly Listed[] };
      if (commands.some(({ status }) => status === 'issued')) return undefined;
      const done = new Set(this.executed.map(({ commandId }) => commandId));
      return commands
        .filter(({ status, commandId, expiresAt }) => {
          return status === 'signed' && expiresAt > this.server.nowMs && !done.has(commandId);
        })
        .map(({ command }) => command)
        .toSorted((a, b) => a.generation - b.generation);
    });
  }

  private async given(nodeId: string, { commandId }: Command): Promise<Command | undefined> {
    const after = this.generations.get(nodeId) ?? 0;
    const { body } = await this.server.ask(this.key, `/v1/nodes/${nodeId}/commands?after=${after}&waitMs=0`);
    for (const signed of (body as Given).commands) {
      const verdict = verifyCommand(signed, this.keys.publicKey, this.server.nowMs, nodeId, after);
      if (verdict.verdict === 'refuse') throw new Error(`${nodeId} refuses: ${verdict.detail}`);
      if (verdict.command.commandId === commandId) return verdict.command;
    }
    return undefined;
  }

  private async execute(nodeId: string, { commandId, generation, to }: Command): Promise<void> {
    this.generations.set(nodeId, generation);
    const node = this.fleet.nodes.find((each) => each.nodeId === nodeId);
    if (node === undefined) throw new Error(`no node ${nodeId}`);
    node.release = to;
    const of = { type: 'answer', nodeId, agentBootId: '1', atUs: this.server.nowMs * 1_000, commandId, generation };
    const steps = STEPS.map((step) => ({ ...of, status: 'running', step, detail: '' }));
    const done = { ...of, status: 'done', ...PROBED, ...to, detail: '5 of 5 probes passed' };
    const answers = [{ ...of, status: 'accepted', detail: '' }, ...steps, done];
    const { status, body } = await this.server.ask(this.key, '/v1/telemetry/nodes', answers);
    if (status !== 202) throw new Error(`answer of ${nodeId}: ${status} ${JSON.stringify(body)}`);
  }
}
