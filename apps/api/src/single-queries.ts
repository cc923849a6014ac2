import { isRefusal, mapPage, nodeOfKeyId, refuse, type Refusal } from '#contracts';
import {
  createAlertRepository,
  createApiKeyRepository,
  createCommandRepository,
  createDeliveryRepository,
  createDrillRepository,
  createNodeKeyRepository,
  createOverrideRepository,
  createQuietRepository,
  createRedirectRepository,
  createReleaseRepository,
  createRollbackRepository,
  createRolloutRepository,
  type CommandRow,
  type CustomerRow,
  type DeliveryFilter,
  LIST_ROWS_MAX,
  type PageAsk,
  type RedirectAnswerRow,
  standingOf,
  type WaveAnswerRow,
} from '#store';
import type { Infrastructure } from '#runtime';
import { readApprovals } from './approvals.js';
import { listedDelivery } from './delivery-views.js';
import { silenceReport } from './silences.js';

/** What single things are read from. */
export type SingleParts = Pick<Infrastructure, 'database' | 'catalogue' | 'clock'>;

/** Nodes whose answers one command shows: a wave is a part of the fleet, and an answer is a line. */
const ANSWERS_MAX = 1_000;
/** Deliveries of one command: the one that it is sent by, and those after it fell over. */
const SENDS_MAX = 20;

/** A command, how it was sent, and what the nodes answered. */
export interface CommandReport {
  readonly command: CommandRow;
  readonly deliveries: readonly ReturnType<typeof listedDelivery>[];
  /** The first 1,000 by node; `nodes` says of how many. */
  readonly answers: readonly Pick<WaveAnswerRow, 'nodeId' | 'status' | 'answeredAt'>[];
  readonly nodes: number;
}

const answersTo = async (
  { database }: SingleParts,
  { commandId, rollbackId, redirectId }: CommandRow,
): Promise<CommandReport['answers']> => {
  if (rollbackId !== null) {
    const found = await createRollbackRepository(database).find(rollbackId);
    return found?.waves.find((wave) => wave.commandId === commandId)?.answers ?? [];
  }
  if (redirectId === null) return [];
  const found = await createRedirectRepository(database).find(redirectId);
  const action = found?.commands.find((each) => each.commandId === commandId)?.action;
  return (found?.answers ?? []).filter((answer: RedirectAnswerRow) => answer.action === action);
};

const commandReport = async (parts: SingleParts, commandId: string): Promise<CommandReport | Refusal> => {
  const command = await createCommandRepository(parts.database).find(commandId);
  if (command === undefined) return refuse('NOT_FOUND', `there is no command ${commandId}`);
  const sent = await createDeliveryRepository(parts.database).list({ dedupKey: commandId, limit: SENDS_MAX });
  const answers = await answersTo(parts, command);
  const shown = answers.slice(0, ANSWERS_MAX).map(({ nodeId, status, answeredAt }) => ({ nodeId, status, answeredAt }));
  return { command, deliveries: sent.map(listedDelivery), answers: shown, nodes: answers.length };
};

/** One thing by its id, or NOT_FOUND with its name. */
const one =
  <Row>(what: string, find: (id: string) => Promise<Row | undefined>) =>
  async (id: string): Promise<Row | Refusal> =>
    (await find(id)) ?? refuse('NOT_FOUND', `there is no ${what} ${id}`);

/** A customer of the catalogue; an index of them is made once for each version of it. */
const customersById = (catalogue: Pick<SingleParts['catalogue'], 'current'>) => {
  let known: readonly CustomerRow[] = [];
  let byId: ReadonlyMap<string, CustomerRow> = new Map();
  return (customerId: string): CustomerRow | undefined => {
    const { customers } = catalogue.current();
    if (customers !== known) [known, byId] = [customers, new Map(customers.map((each) => [each.customerId, each]))];
    return byId.get(customerId);
  };
};

/** What can be asked about single things, and what waits for people. */
export const singleQueries = (parts: SingleParts) => {
  const { database, catalogue, clock } = parts;
  const releases = createReleaseRepository(database);
  const keys = createApiKeyRepository(database);
  const nodeKeys = createNodeKeyRepository(database);
  const quiet = createQuietRepository(database);
  const [rollouts, rollbacks] = [createRolloutRepository(database), createRollbackRepository(database)];
  const overrides = createOverrideRepository(database);
  const deliveries = createDeliveryRepository(database);
  const knownCustomer = customersById(catalogue);
  return {
    alert: one('alert', createAlertRepository(database).find),
    rollback: one('rollback', rollbacks.find),
    redirect: one('redirect', createRedirectRepository(database).find),
    override: one('override', overrides.find),
    drill: one('drill', createDrillRepository(database).find),
    silence: one('silence', async (id) => {
      const row = await quiet.silence(id);
      return row && silenceReport(row, clock.nowMs());
    }),
    release: (service: string, name: string) => one('release', (id) => releases.find(service, id))(name),
    key: one('key', async (id) => {
      const { secretHash: _hash, ...key } = (await keys.findByKeyId(id)) ?? { secretHash: undefined };
      return 'keyId' in key ? key : undefined;
    }),
    nodeKey: one('node key', async (id) => {
      const nodeId = nodeOfKeyId(id);
      const issued = nodeId === undefined ? [] : await nodeKeys.list({ nodeId, limit: LIST_ROWS_MAX });
      return issued.find(({ keyId }) => keyId === id);
    }),
    customer: one('customer', async (id) => knownCustomer(id)),
    knownCustomer,
    command: (commandId: string) => commandReport(parts, commandId),
    approvals: () => readApprovals({ rollouts, rollbacks, overrides }),
    /** Deliveries that call somebody. */
    pages: async (ask: DeliveryFilter & PageAsk) => {
      const page = await deliveries.page({ ...ask, subject: 'page' });
      return isRefusal(page) ? page : mapPage(page, listedDelivery);
    },
    /** How far a stream and the log have come. */
    standing: (stream: string) => standingOf(database, stream),
  };
};
