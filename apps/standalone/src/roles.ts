import type { Role } from '#runtime';
import { aggregator } from '../../aggregator/src/aggregator.role.js';
import { api } from '../../api/src/api.role.js';
import { dispatcher } from '../../dispatcher/src/dispatcher.role.js';
import { gateway } from '../../gateway/src/gateway.role.js';
import { rules } from '../../rules/src/rules.role.js';
import { signer } from '../../signer/src/signer.role.js';

/**
 * Every role of a server, in the order of the path. Nest stops them from the last to the first, and HTTP after all of them: what the
 * gateway takes meanwhile is in the log, and counted at the next start.
 */
export const ROLES: readonly Role[] = [gateway, aggregator, rules, signer, dispatcher, api];
