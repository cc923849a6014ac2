import { type NodeReport, type Release, REPORT_CONTENT_TYPE } from '#contracts';
import type { Clock } from './clock.js';
import type { GatewayClient } from './gateway-client.js';

/** What a heartbeat says about the agent and its server. */
export interface AgentState extends Release {
  readonly serverBootId: string;
  readonly observed: number;
  readonly dropped: number;
  readonly queued: number;
  readonly spooled: number;
  readonly taps: number;
  /** Absent when there was nothing to be seen. */
  readonly completeness?: number;
}

/** Which node reports. */
export interface Reporting {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly pop: string;
  readonly region: string;
}

/** Says that the node lives, and when its server died. */
export interface NodeReporter {
  readonly heartbeat: (state: AgentState) => Promise<void>;
  /** Resolves when nothing waits to be told any more, or the agent stops. */
  readonly crash: (serverBootId: string, detail: string) => Promise<void>;
}

/** Three seconds without a heartbeat are silence, so one a second. */
export const HEARTBEAT_MS = 1_000;
/** Crashes that wait for a gateway that is away: a crash loop of some minutes. Beyond, the oldest go: the new boot ids tell them too. */
const CRASHES_MAX = 64;
const CRASH_BACKOFF_FIRST_MS = 100;
/** As for batches: a gateway that restarts is back within seconds. */
const CRASH_BACKOFF_LAST_MS = 2_000;

/** Makes a reporter. A heartbeat is never repeated, the next one says more; a crash is told until it was heard, in order. */
export const createNodeReporter = (
  client: GatewayClient,
  clock: Clock,
  reporting: Reporting,
  signal: AbortSignal,
): NodeReporter => {
  const { nodeId, agentBootId } = reporting;
  const crashes: NodeReport[] = [];
  let telling: Promise<void> | undefined;
  const send = async (report: NodeReport): Promise<boolean> => {
    const body = Buffer.from(JSON.stringify(report));
    const answer = await client.post('telemetry.nodes', REPORT_CONTENT_TYPE, body).catch(() => undefined);
    return answer !== undefined && answer.status < 500 && answer.status !== 429;
  };
  const tell = async (): Promise<void> => {
    let waitMs = CRASH_BACKOFF_FIRST_MS;
    for (let [crash] = crashes; crash !== undefined && !signal.aborted; [crash] = crashes) {
      const isHeard = await send(crash);
      // It may have had to go meanwhile.
      if (isHeard && crashes[0] === crash) crashes.shift();
      if (!isHeard) await clock.sleep(waitMs, signal);
      waitMs = isHeard ? CRASH_BACKOFF_FIRST_MS : Math.min(2 * waitMs, CRASH_BACKOFF_LAST_MS);
    }
  };
  const atUs = (): number => clock.nowMs() * 1_000;
  return {
    heartbeat: async (state) => {
      await send({ type: 'heartbeat', ...reporting, ...state, atUs: atUs() });
    },
    crash: (serverBootId, detail) => {
      crashes.push({ type: 'crash', nodeId, agentBootId, atUs: atUs(), serverBootId, detail });
      if (crashes.length > CRASHES_MAX) crashes.shift();
      telling ??= tell().finally(() => {
        telling = undefined;
      });
      return telling;
    },
  };
};
