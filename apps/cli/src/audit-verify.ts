import { answerOf, type KeptHead, type Verification, verificationSchema } from '#contracts';
import type { ApiClient } from './api-client.js';
import { formatCount } from './figures.js';
import type { ProgressScreen } from './replay-progress.js';

const answer = answerOf('verification', verificationSchema);

/** What a verification is waited for with. */
export interface VerifyParts {
  readonly screen: ProgressScreen;
  readonly pause: () => Promise<void>;
}

/** Asks for a verification and waits until it is done; how far it is stands on one line of a terminal, elsewhere nowhere. */
export const verifyAudit = async (
  api: ApiClient,
  keptHeads: readonly KeptHead[],
  { screen, pause }: VerifyParts,
): Promise<Verification> => {
  let { verification } = answer.parse(await api.post('/v1/audit/verifications', { keptHeads }));
  const path = `/v1/audit/verifications/${encodeURIComponent(verification.verificationId)}`;
  while (verification.status === 'running') {
    const { events, of } = verification;
    if (screen.isTTY === true) screen.write(`\r\u001b[K${formatCount(events)} of ${formatCount(of)} events`);
    await pause();
    ({ verification } = answer.parse(await api.get(path)));
  }
  if (screen.isTTY === true) screen.write('\r\u001b[K');
  return verification;
};
