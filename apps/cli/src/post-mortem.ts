import { z } from 'zod';
import { type IncidentCost, type PostMortem, postMortemMarkdown } from '#domain';
import type { ApiClient } from './api-client.js';

const answer = z.looseObject({
  postMortem: z.looseObject({ incidentId: z.string(), resolvedAtMs: z.number().nullable() }),
  cost: z.looseObject({ incidentId: z.string() }),
});

/** A post-mortem, as the server of this version writes it. */
export interface PostMortemAnswer {
  readonly postMortem: PostMortem;
  readonly cost: IncidentCost;
}

/** Reads the post-mortem of an incident. */
export const readPostMortem = async (api: ApiClient, incidentId: string): Promise<PostMortemAnswer> => {
  const read = answer.parse(await api.get(`/v1/incidents/${encodeURIComponent(incidentId)}/post-mortem`));
  return read as unknown as PostMortemAnswer;
};

/** As Markdown, line by line. */
export const formatPostMortem = ({ postMortem, cost }: PostMortemAnswer): readonly string[] =>
  postMortemMarkdown(postMortem, cost).trimEnd().split('\n');
