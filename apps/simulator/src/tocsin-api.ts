import type { CommandAnswer, EventType, PrincipalRole, RecordedEvent, Signal } from '#contracts';
import { type Clock, waitFor } from './clock.js';
import type { SimulatedCustomer } from './customers.js';
import type { FleetNode } from './fleet.js';
import type { HttpAnswer, HttpClient } from './http-client.js';
import { verdictOf } from './ordered-sender.js';

/** What the server counted of one node. */
export interface NodeCounters {
  readonly nodeId: string;
  /** Outcomes that came in time. */
  readonly counted: number;
  /** Outcomes that came after their second was closed. */
  readonly late: number;
}

/** The part of Tocsin's API that a day needs. Every call is repeated while the server is away. */
export interface TocsinApi {
  readonly registerNodes: (nodes: readonly FleetNode[]) => Promise<void>;
  readonly registerCustomers: (customers: readonly SimulatedCustomer[]) => Promise<void>;
  /** The new key, `<keyId>.<secret>`. */
  readonly createKey: (name: string, role: PrincipalRole, nodeId?: string) => Promise<string>;
  readonly signal: (key: string, signal: Signal) => Promise<void>;
  readonly answer: (key: string, answers: readonly CommandAnswer[]) => Promise<void>;
  /** Posts what a person or a tool does. */
  readonly act: (key: string, path: string, body: unknown) => Promise<void>;
  readonly acknowledge: (key: string, incidentId: string, note: string) => Promise<void>;
  readonly counters: () => Promise<readonly NodeCounters[]>;
  /** Waits up to `waitMs` for events after a position; none when the server is away. */
  readonly eventsAfter: (position: number, waitMs: number) => Promise<readonly RecordedEvent[]>;
}

/** How long a call is repeated: longer than a restart of the server with its database. */
const AWAY_MAX_MS = 60_000;
const REPEAT_MS = 200;
/** Most customers or nodes of one registration. */
const REGISTRATION_MAX = 500;
/** Beside the server's own waiting. */
const LONG_POLL_MARGIN_MS = 5_000;

/** A page leaves before its incident is recorded where the database is slow: on a machine that does ten other things, by seconds. */
const RECORDED_MS_MAX = 30_000;

const chunked = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** Types of events, for telling an event from its place in the stream. */
export const isEvent = <T extends EventType>(
  recorded: RecordedEvent,
  type: T,
): recorded is RecordedEvent & { readonly event: { readonly type: T } } => recorded.event.type === type;

/** The inventory, page by page. */
const allCounters = async (read: (path: string) => Promise<string>): Promise<readonly NodeCounters[]> => {
  const all: NodeCounters[] = [];
  for (let path: string | undefined = '/v1/nodes'; path !== undefined;) {
    const { nodes, next } = JSON.parse(await read(path)) as { nodes: readonly NodeCounters[]; next: string | null };
    all.push(...nodes);
    path = next === null ? undefined : `/v1/nodes?after=${next}`;
  }
  return all;
};

/** Waits until something is there to be looked at, or for so long that whoever goes on is told that it is not. */
const untilThere = async (
  client: HttpClient,
  clock: Clock,
  asked: { readonly path: string; readonly key: string },
): Promise<void> => {
  const look = async (): Promise<true | undefined> => {
    const answer = await client.send({ method: 'GET', ...asked }).catch(() => undefined);
    return answer?.status === 200 ? true : undefined;
  };
  await waitFor(clock, look, { boundMs: RECORDED_MS_MAX, everyMs: REPEAT_MS });
};

/** Makes the API of one server under the admin key. */
export const createTocsinApi = (client: HttpClient, clock: Clock, adminKey: string): TocsinApi => {
  const sendUntilAnswered = async (request: Parameters<HttpClient['send']>[0]): Promise<HttpAnswer> => {
    const what = `${request.method} ${request.path}`;
    let last = 'no answer';
    const attempt = async (): Promise<HttpAnswer | undefined> => {
      const answer = await client.send(request).catch((error: unknown) => {
        last = String(error);
        return undefined;
      });
      if (answer !== undefined) last = `${answer.status} ${answer.body.slice(0, 500)}`;
      return answer !== undefined && verdictOf(answer.status) !== 'again' ? answer : undefined;
    };
    const answer = await waitFor(clock, attempt, { boundMs: AWAY_MAX_MS, everyMs: REPEAT_MS });
    if (answer === undefined || verdictOf(answer.status) === 'refused') throw new Error(`${what}: ${last}`);
    return answer;
  };
  const post = async (path: string, body: unknown, key = adminKey): Promise<unknown> => {
    const request = { method: 'POST' as const, path, key, contentType: 'application/json' };
    const answer = await sendUntilAnswered({ ...request, body: JSON.stringify(body) });
    return answer.body === '' ? undefined : JSON.parse(answer.body);
  };
  const eventsAfter = async (position: number, waitMs: number): Promise<readonly RecordedEvent[]> => {
    const path = `/v1/events?after=${position}&waitMs=${waitMs}`;
    const timeoutMs = waitMs + LONG_POLL_MARGIN_MS;
    const answer = await client.send({ method: 'GET', path, key: adminKey, timeoutMs }).catch(() => undefined);
    if (answer?.status !== 200) {
      await clock.sleep(REPEAT_MS);
      return [];
    }
    return (JSON.parse(answer.body) as { events: readonly RecordedEvent[] }).events;
  };
  return {
    registerNodes: async (nodes) => {
      for (const part of chunked(nodes, REGISTRATION_MAX))
        await post('/v1/nodes', { nodes: part.map(({ nodeId, pop, region }) => ({ nodeId, pop, region })) });
    },
    registerCustomers: async (customers) => {
      for (const part of chunked(customers, REGISTRATION_MAX)) {
        const known = part.map(({ customerId, name, tier, critical, zones }) => {
          return { customerId, name, tier, critical, zones };
        });
        await post('/v1/customers', { customers: known });
      }
    },
    createKey: async (name, role, nodeId) => {
      const held = { name, role, ...(nodeId === undefined ? {} : { nodeId }) };
      const answer = await post('/v1/keys', { ...held, comment: 'of the played fleet' });
      return (answer as { key: string }).key;
    },
    signal: async (key, signal) => {
      await post('/v1/signals', signal, key);
    },
    answer: async (key, answers) => {
      await post('/v1/telemetry/nodes', answers, key);
    },
    act: async (key, path, body) => {
      await post(path, body, key);
    },
    acknowledge: async (key, incidentId, note) => {
      const path = `/v1/incidents/${encodeURIComponent(incidentId)}`;
      await untilThere(client, clock, { path, key });
      await post(`${path}/acknowledge`, { note }, key);
    },
    counters: async () => {
      const page = async (path: string) => (await sendUntilAnswered({ method: 'GET', path, key: adminKey })).body;
      return allCounters(page);
    },
    eventsAfter,
  };
};
