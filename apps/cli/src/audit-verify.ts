import { answerOf, type KeptHead, type Verification, verificationSchema } from '#contracts';
import { readAnswer } from './answers.js';
import type { ApiClient } from './api-client.js';
import type { Progress } from './progress.js';

const answer = answerOf('verification', verificationSchema);

/** What a verification is waited for with. */
export interface VerifyParts {
  readonly progress: Pick<Progress, 'at' | 'end'>;
  readonly pause: () => Promise<void>;
}

/** Asks for a verification and waits until it is done; how far it is stands on one line of a terminal, elsewhere nowhere. */
export const verifyAudit = async (
  api: ApiClient,
  keptHeads: readonly KeptHead[],
  { progress, pause }: VerifyParts,
): Promise<Verification> => {
  let { verification } = readAnswer(answer, await api.post('/v1/audit/verifications', { keptHeads }));
  const path = `/v1/audit/verifications/${encodeURIComponent(verification.verificationId)}`;
  try {
    while (verification.status === 'running') {
      progress.at(verification.events, verification.of);
      await pause();
      ({ verification } = readAnswer(answer, await api.get(path)));
    }
  } finally {
    progress.end();
  }
  return verification;
};
