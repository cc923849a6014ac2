import type { Role } from '#runtime';
import { readCostModel, readGraphqlSettings } from './api.config.js';
import { readReplySettings } from './replies/reply.config.js';
import { ApiModule } from './api.module.js';

/** The people's door: REST and GraphQL over the same queries and actions. */
export const api: Role = {
  name: 'api',
  module: (env) => ApiModule.of(readCostModel(env), readReplySettings(env), readGraphqlSettings(env)),
};
