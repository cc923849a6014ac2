import type { CommandAnswer, PrincipalRole } from '#contracts';
import type { Clock } from './clock.js';
import { CUSTOMERS } from './customers.js';
import type { FleetNode } from './fleet.js';
import type { FleetKeys } from './fleet-play.js';
import type { HttpClient } from './http-client.js';
import { createOrderedSender } from './ordered-sender.js';
import type { TocsinApi } from './tocsin-api.js';

/** Keys of everybody who takes part in a day. */
export interface DayKeys extends FleetKeys {
  /** Of the deploy system. */
  readonly deploy: string;
  readonly onCall: string;
  /** Of whoever says yes to what an on-call engineer may not. */
  readonly commander: string;
  /** For whoever wants to look. */
  readonly viewer: string;
}

/** Keys made at once: each is an event of its own, and the server has other things to do. */
const KEYS_AT_ONCE = 8;
/** Answers waiting for a server that is away: two per node of the largest fleet. */
const ANSWERS_MAX = 1_000;

const createNodeKeys = async (api: TocsinApi, nodes: readonly FleetNode[]): Promise<ReadonlyMap<string, string>> => {
  const keys = new Map<string, string>();
  for (let from = 0; from < nodes.length; from += KEYS_AT_ONCE) {
    const part = nodes.slice(from, from + KEYS_AT_ONCE).map(async ({ nodeId }) => {
      keys.set(nodeId, await api.createKey(`agent of ${nodeId}`, 'node', nodeId));
    });
    await Promise.all(part);
  }
  return keys;
};

/** Enters the fleet and its customers, and makes a key for everyone. */
export const setUpDay = async (api: TocsinApi, fleet: readonly FleetNode[]): Promise<DayKeys> => {
  await api.registerNodes(fleet);
  await api.registerCustomers(CUSTOMERS);
  const key = (name: string, role: PrincipalRole): Promise<string> => api.createKey(name, role);
  return {
    ofNode: await createNodeKeys(api, fleet),
    collector: await key('heartbeat collector', 'ingest'),
    deploy: await key('deploy system', 'deploy'),
    onCall: await key('on-call engineer', 'operator'),
    commander: await key('incident commander', 'incident_commander'),
    viewer: await key('demo viewer', 'viewer'),
  };
};

/** How the deploy system reports: in order, again and again until the server has taken it. */
export const createAnswerReport = (
  client: HttpClient,
  clock: Clock,
  key: string,
): ((answers: readonly CommandAnswer[]) => void) => {
  const sender = createOrderedSender(client, clock, ANSWERS_MAX);
  return (answers) => {
    const body = JSON.stringify(answers);
    sender.offer({
      request: { method: 'POST', path: '/v1/telemetry/nodes', key, contentType: 'application/json', body },
    });
  };
};
