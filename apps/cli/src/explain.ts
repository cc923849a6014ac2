import type { z } from 'zod';
import { explanationAnswer } from '#contracts';
import { readAnswer } from './answers.js';
import type { ApiClient } from './api-client.js';
import type { WantedOfExplain } from './arguments.js';
import { readId } from './incident.js';

const answer = explanationAnswer.pick({ lines: true });
/** Why, or why not: data for programs, and lines for people. */
export type Explained = z.infer<typeof answer>;

const pathOf = async (api: ApiClient, wanted: WantedOfExplain): Promise<string | undefined> => {
  if ('path' in wanted) return wanted.path;
  const id = await readId(api, wanted.id);
  return id === undefined ? undefined : `/v1/explain/any/${encodeURIComponent(id)}`;
};

/** Asks why something was decided, or why a rule paged nobody; undefined when the newest incident is asked for and there is none. */
export const readExplained = async (api: ApiClient, wanted: WantedOfExplain): Promise<Explained | undefined> => {
  const path = await pathOf(api, wanted);
  return path === undefined ? undefined : readAnswer(answer, await api.get(path));
};
