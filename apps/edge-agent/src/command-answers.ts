import { type NodeReport, REPORT_CONTENT_TYPE } from '#contracts';
import type { Execution, OwedAnswer } from '#domain';
import type { Clock } from './clock.js';
import type { CommandJournal } from './command-journal.js';
import type { GatewayClient } from './gateway-client.js';

/** Who answers. */
export interface Answering {
  readonly nodeId: string;
  readonly agentBootId: string;
}

/** A rollback waits two minutes for its answers, so the first repetitions come fast. */
const BACKOFF_FIRST_MS = 200;
const BACKOFF_LAST_MS = 5_000;
/** What no repetition would change: the body itself is refused. Anything else may be mended at the other end. */
const REFUSED_FOR_GOOD: readonly number[] = [400, 413, 415, 422];

interface Owed {
  readonly execution: Execution;
  readonly answer: OwedAnswer;
}

/**
 * Delivers the answers that a journal owes, oldest first, each until it is taken. What is owed is on disk, so a restart goes on;
 * it is bounded by the commands that the journal remembers, three answers each.
 */
export class CommandAnswers {
  private woken = new AbortController();
  private trouble = '';

  constructor(
    private readonly journal: CommandJournal,
    private readonly gateway: Pick<GatewayClient, 'post'>,
    private readonly answering: Answering,
    private readonly clock: Clock,
    private readonly say: (line: string) => void,
  ) {}

  /** Says that there is a new answer. */
  wake(): void {
    this.woken.abort();
  }

  /** Delivers until the signal is aborted; fails when the journal does. */
  async deliver(stopping: AbortSignal): Promise<void> {
    let waitMs = BACKOFF_FIRST_MS;
    while (!stopping.aborted) {
      this.woken = new AbortController();
      const owed = this.oldest();
      if (owed === undefined) {
        await this.clock.sleep(BACKOFF_LAST_MS, AbortSignal.any([stopping, this.woken.signal]));
      } else if (await this.attempt(owed)) {
        waitMs = BACKOFF_FIRST_MS;
      } else {
        await this.clock.sleep(waitMs, stopping);
        waitMs = Math.min(2 * waitMs, BACKOFF_LAST_MS);
      }
    }
  }

  /** One attempt for each answer, until one is not taken: the last thing before an end. */
  async attemptAll(): Promise<void> {
    for (let owed = this.oldest(); owed !== undefined; owed = this.oldest()) {
      if (!(await this.attempt(owed))) return;
    }
  }

  private oldest(): Owed | undefined {
    for (const execution of this.journal.executions.values()) {
      const [answer] = execution.owed;
      if (answer !== undefined) return { execution, answer };
    }
    return undefined;
  }

  private async attempt({ execution, answer }: Owed): Promise<boolean> {
    const { commandId, generation } = execution;
    const { status, detail, release, health, atMs } = answer;
    const atUs = atMs * 1_000;
    const report: NodeReport = {
      type: 'answer',
      ...this.answering,
      atUs,
      commandId,
      generation,
      status,
      ...release,
      // One program takes all four steps: whatever it ended with, its health check was the last that it did.
      ...(health && { step: 'verify', ...health }),
      detail,
    };
    const body = Buffer.from(JSON.stringify(report));
    const said = await this.gateway.post('telemetry.nodes', REPORT_CONTENT_TYPE, body).catch((error: unknown) => {
      this.sayOnce(error instanceof Error ? error.message : String(error));
      return undefined;
    });
    if (said === undefined) return false;
    const isTaken = said.status >= 200 && said.status < 300;
    if (!isTaken)
      this.sayOnce(`answer ${status} to command ${commandId}: the gateway said ${said.status} ${said.body}`);
    if (!isTaken && !REFUSED_FOR_GOOD.includes(said.status)) return false;
    if (isTaken) this.trouble = '';
    await this.journal.record({ type: 'AnswerTaken', commandId, status, atMs: this.clock.nowMs() });
    return true;
  }

  /** Of trouble that stays the same one line is enough. */
  private sayOnce(trouble: string): void {
    if (trouble !== this.trouble) this.say(trouble);
    this.trouble = trouble;
  }
}
