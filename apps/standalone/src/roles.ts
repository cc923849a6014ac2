import type { Role } from '#runtime';
import { aggregator } from '../../aggregator/src/aggregator.role.js';
import { api } from '../../api/src/api.role.js';
import { dispatcher } from '../../dispatcher/src/dispatcher.role.js';
import { gateway } from '../../gateway/src/gateway.role.js';
import { rules } from '../../rules/src/rules.role.js';

/** Every role of a server. Consumers stop in this order, so what feeds others comes first. */
export const ROLES: readonly Role[] = [gateway, aggregator, rules, dispatcher, api];
