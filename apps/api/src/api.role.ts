import type { Role } from '#runtime';
import { ApiModule } from './api.module.js';

/** The people's door: REST and GraphQL over the same queries and actions. It has no settings of its own. */
export const api: Role = { name: 'api', module: () => ApiModule.of() };
