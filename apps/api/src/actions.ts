import { isRefusal, type NewSilence, type Principal, type Refusal } from '#contracts';
import type { Infrastructure } from '#runtime';
import {
  createAutomationRepository,
  createCatalogueRepository,
  createChannelRepository,
  createDrillRepository,
  createIncidentRepository,
  createOnCallRepository,
  createQuietRepository,
  createRedirectRepository,
  createOverrideRepository,
  createReleaseRepository,
  createRollbackRepository,
  createRolloutRepository,
  createRuleSetRepository,
  createStatusUpdateRepository,
} from '#store';
import { actPreviews } from './act-previews.js';
import { externalAlertActs } from './external-alert-acts.js';
import { incidentActs } from './incident-acts.js';
import { automationActs } from './automation-acts.js';
import { drillActs } from './drill-acts.js';
import { createKey, type NewKey, revokeKey } from './api-keys.js';
import { deliveryActs } from './delivery-acts.js';
import { onCallActs } from './on-call/on-call-acts.js';
import { issueNodeKey, revokeNodeKey } from './node-keys.js';
import { overrideActs } from './override-acts.js';
import { endRedirect } from './redirect-acts.js';
import { releaseActs } from './release-acts.js';
import { rollbackActs } from './rollback-acts.js';
import { rolloutActs } from './rollout-acts.js';
import { attachRunbookResult } from './runbook.js';
import { statusUpdateActs } from './status-update-acts.js';
import { askForReload } from './rules-reload.js';
import { type NewCustomers, type NewNodes, registerCustomers, registerNodes } from './registration.js';
import { addSilence, expireSilence } from './silences.js';

/** What the actions change, and with what. */
export type ActionParts = Pick<
  Infrastructure,
  'database' | 'eventStore' | 'eventLog' | 'catalogue' | 'nodeKeys' | 'clock'
>;

/** What is done to what Tocsin itself does. */
const actsOnActions = ({ database, eventStore: store, catalogue, clock }: ActionParts) => {
  const parts = { store, clock };
  const releases = createReleaseRepository(database);
  const automation = createAutomationRepository(database);
  const redirects = { ...parts, repository: createRedirectRepository(database) };
  return {
    ...rolloutActs({ ...parts, repository: createRolloutRepository(database), releases, catalogue }),
    ...releaseActs({ ...parts, repository: releases }),
    ...actPreviews({ database, releases, catalogue, automation, clock }),
    ...automationActs({ ...parts, repository: automation }),
    ...deliveryActs({ ...parts, database }),
    ...drillActs({ ...parts, database, repository: createDrillRepository(database) }),
    ...rollbackActs({
      ...parts,
      database,
      repository: createRollbackRepository(database),
      releases,
      automation,
      catalogue,
    }),
    ...overrideActs({
      ...parts,
      repository: createOverrideRepository(database),
      incidents: createIncidentRepository(database),
    }),
    ...statusUpdateActs({ ...parts, repository: createStatusUpdateRepository(database) }),
    attachRunbookResult: (
      told: { readonly incidentId: string; readonly step: string; readonly output: string },
      caller: Principal,
    ) => attachRunbookResult({ ...parts, database, catalogue }, told, caller),
    endRedirect: (redirectId: string, comment: string, caller: Principal) =>
      endRedirect(redirects, redirectId, comment, caller),
  };
};

/** Everything that can be done, once for REST and GraphQL. */
export const createActions = (parts: ActionParts) => {
  const { database, eventStore, catalogue, nodeKeys, clock } = parts;
  const repository = createCatalogueRepository(database);
  const incidents = createIncidentRepository(database);
  const registrar = (caller: Principal) => ({ store: eventStore, repository, caller });
  const silenceParts = { store: eventStore, repository: createQuietRepository(database), clock };
  const keyParts = { store: eventStore, catalogue: repository, nodeKeys, clock };
  const seen = async <T>(result: T | Refusal): Promise<T | Refusal> => {
    // What was just registered counts at once in this process; a key for a new node may be the next request.
    if (!isRefusal(result)) await catalogue.refresh();
    return result;
  };
  return {
    ...actsOnActions(parts),
    ...onCallActs({
      store: eventStore,
      clock,
      repository: createOnCallRepository(database),
      channels: createChannelRepository(database),
    }),
    ...externalAlertActs(parts),
    ...incidentActs({ store: eventStore, clock, database, incidents }),
    addSilence: (wanted: NewSilence, caller: Principal) => addSilence(silenceParts, wanted, caller),
    expireSilence: (silenceId: string, caller: Principal) => expireSilence(silenceParts, silenceId, caller),
    registerNodes: async (nodes: NewNodes, caller: Principal) => seen(await registerNodes(registrar(caller), nodes)),
    registerCustomers: async (customers: NewCustomers, caller: Principal, isDryRun = false) =>
      seen(await registerCustomers(registrar(caller), customers, isDryRun)),
    createKey: (key: NewKey, caller: Principal) =>
      createKey({ store: eventStore, catalogue: repository, clock }, key, caller),
    revokeKey: (keyId: string, caller: Principal) => revokeKey(eventStore, keyId, caller),
    reloadRules: (caller: Principal) => askForReload(eventStore, createRuleSetRepository(database), clock, caller),
    issueNodeKey: (nodeId: string, caller: Principal) => issueNodeKey(keyParts, nodeId, caller),
    revokeNodeKey: (keyId: string, caller: Principal) => revokeNodeKey(keyParts, keyId, caller),
  };
};

/** Everything that can be done. */
export type Actions = ReturnType<typeof createActions>;
