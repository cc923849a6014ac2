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
  readonly crash: (serverBootId: string, detail: string) => Promise<void>;
}

/** Three seconds without a heartbeat are silence, so one a second. */
export const HEARTBEAT_MS = 1_000;
/** A crash is told within two seconds or by the missing outcomes. */
const CRASH_ATTEMPTS_MAX = 5;
const CRASH_BACKOFF_MS = 100;

/** Makes a reporter. A heartbeat is never repeated: the next one says more. */
export const createNodeReporter = (client: GatewayClient, clock: Clock, reporting: Reporting): NodeReporter => {
  const { nodeId, agentBootId } = reporting;
  const send = async (report: NodeReport): Promise<boolean> => {
    const body = Buffer.from(JSON.stringify(report));
    const answer = await client.post('telemetry.nodes', REPORT_CONTENT_TYPE, body).catch(() => undefined);
    return answer !== undefined && answer.status < 500 && answer.status !== 429;
  };
  const atUs = (): number => clock.nowMs() * 1_000;
  return {
    heartbeat: async (state) => {
      await send({ type: 'heartbeat', ...reporting, ...state, atUs: atUs() });
    },
    crash: async (serverBootId, detail) => {
      const report: NodeReport = { type: 'crash', nodeId, agentBootId, atUs: atUs(), serverBootId, detail };
      for (let i = 0; i < CRASH_ATTEMPTS_MAX && !(await send(report)); i += 1) await clock.sleep(CRASH_BACKOFF_MS << i);
    },
  };
};
