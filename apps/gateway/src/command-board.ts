import { COMMAND_TTL_MS, type FleetCommand, fleetCommandSchema, type SignedCommand } from '#contracts';
import type { Consumer, EventLog, LogRecord } from '#event-log';
import type { Clock, Logger } from '#runtime';

/** What an agent is given. */
export interface CommandsForNode {
  readonly commands: readonly SignedCommand[];
  /** What to ask with next: the highest generation given, or the one asked with. */
  readonly after: number;
}

/** Commands in memory; they expire within two minutes, and a rollback has a handful of waves. Beyond it the oldest goes. */
const COMMANDS_MAX = 1_000;
/** Agents that wait at once, each a timer and a closure. Beyond it an agent is answered at once, with what there is. */
const WAITERS_MAX = 20_000;
const FETCH_BYTES_MAX = 8 << 20;
const FETCH_RECORDS_MAX = 100;
const IDLE_MS = 1_000;

const parse = ({ value }: LogRecord): FleetCommand | undefined => {
  try {
    return fleetCommandSchema.safeParse(JSON.parse(Buffer.from(value).toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

/**
 * The signed, unexpired commands of `fleet.commands`, for agents that have no broker. Every gateway reads the whole topic, so the
 * group is its own; it begins where the oldest command that can still be alive was appended.
 */
export class CommandBoard {
  private commands: FleetCommand[] = [];
  private readonly waiters = new Set<() => void>();
  private consumer: Consumer | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async start(group: string, onCrash: (error: Error) => void): Promise<void> {
    const sinceMs = this.clock.nowMs() - COMMAND_TTL_MS;
    this.consumer = await this.log.subscribe({
      group,
      isGroupOwn: true,
      topics: ['fleet.commands'],
      batchBytesMax: FETCH_BYTES_MAX,
      batchRecordsMax: FETCH_RECORDS_MAX,
      idleMs: IDLE_MS,
      loadPositions: (assigned) =>
        Promise.all(
          assigned.map(async (partition) => ({ ...partition, offset: await this.log.offsetAt(partition, sinceMs) })),
        ),
      onBatch: async ({ records }) => {
        for (const record of records) this.take(record);
        return { next: 'continue' };
      },
      onCrash,
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const wake of this.waiters) wake();
    await this.consumer?.stop();
  }

  /** Why the board is not ready; undefined when it is. */
  unready(): string | undefined {
    return this.consumer === undefined ? 'commands are not read yet' : undefined;
  }

  /** Commands for a node that are newer than a generation, oldest first; waits for one when there is none. */
  async forNode(nodeId: string, after: number, waitMs: number, gone: AbortSignal): Promise<CommandsForNode> {
    const untilMs = this.clock.nowMs() + waitMs;
    for (;;) {
      const found = this.find(nodeId, after);
      const leftMs = untilMs - this.clock.nowMs();
      const isOver = gone.aborted || this.stopping.signal.aborted || this.waiters.size >= WAITERS_MAX;
      if (found.commands.length > 0 || leftMs <= 0 || isOver) return found;
      await this.change(leftMs, gone);
    }
  }

  private find(nodeId: string, after: number): CommandsForNode {
    const nowMs = this.clock.nowMs();
    const found = this.commands
      .filter(({ audience, generation, expiresAtMs }) => {
        return generation > after && expiresAtMs > nowMs && audience.includes(nodeId);
      })
      .toSorted((a, b) => a.generation - b.generation);
    return { commands: found.map(({ signed }) => signed), after: found.at(-1)?.generation ?? after };
  }

  private take(record: LogRecord): void {
    const command = parse(record);
    if (command === undefined) {
      this.logger.error({ offset: record.offset }, 'gateway: a record of fleet.commands cannot be read');
      return;
    }
    const nowMs = this.clock.nowMs();
    // The topic may repeat a command; its generation is its own.
    const others = this.commands.filter(({ generation, expiresAtMs }) => {
      return expiresAtMs > nowMs && generation !== command.generation;
    });
    this.commands = [...others, command].slice(-COMMANDS_MAX);
    for (const wake of this.waiters) wake();
  }

  /** Until something changed, the time is over or the agent is gone. */
  private async change(waitMs: number, gone: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    this.waiters.add(wake);
    gone.addEventListener('abort', wake, { once: true });
    await this.clock.sleep(waitMs, woken.signal);
    gone.removeEventListener('abort', wake);
    this.waiters.delete(wake);
  }
}
