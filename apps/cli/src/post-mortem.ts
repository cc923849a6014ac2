import { postMortemAnswer } from '#contracts';
import { type IncidentCost, type PostMortem, postMortemMarkdown } from '#domain';
import { readAnswer } from './answers.js';
import type { ApiClient } from './api-client.js';

/** A post-mortem, as the server of this version writes it. */
export interface PostMortemAnswer {
  readonly postMortem: PostMortem;
  readonly cost: IncidentCost;
}

/** Reads the post-mortem of an incident. */
export const readPostMortem = async (api: ApiClient, incidentId: string): Promise<PostMortemAnswer> => {
  return readAnswer(postMortemAnswer, await api.get(`/v1/incidents/${encodeURIComponent(incidentId)}/post-mortem`));
};

/** As Markdown, line by line. */
export const formatPostMortem = ({ postMortem, cost }: PostMortemAnswer): readonly string[] =>
  postMortemMarkdown(postMortem, cost).trimEnd().split('\n');
