import { z } from 'zod';
import type { ApiClient } from './api-client.js';

const answer = z.looseObject({ lines: z.array(z.string()) });
/** Why, or why not: data for programs, and lines for people. */
export type Explained = z.infer<typeof answer>;

/** Asks why something was decided, or why a rule paged nobody. */
export const readExplained = async (api: ApiClient, path: string): Promise<Explained> =>
  answer.parse(await api.get(path));
