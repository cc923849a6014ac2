import { hashKey } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import { useCallback, useRef } from 'react';
import { isUnknown } from '../ui/outcome.js';
import { newId } from './new-id.js';
import { request } from './request.js';
import { useSession } from './session.js';

/** Why an act was not done, and where in what was asked. */
export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
}

type Payloads = Readonly<Record<string, { readonly userErrors: readonly UserError[] } | null>>;
type Input = { readonly clientMutationId?: string | null };

/**
 * Does an act once. Whoever presses again after the line broke asks for the same act, by the same id and with what was sent then, and it is
 * still done once; after an answer, or for something else, the next press is another act. `onAnswer` is told what was answered, for who
 * needs more of it than that it was done.
 */
export const useAct = <Data extends Payloads, I extends Input>(
  document: TadaDocumentNode<Data, { input: I }>,
  onAnswer?: (data: Data) => void,
): ((input: Omit<I, 'clientMutationId'>) => Promise<readonly UserError[]>) => {
  const { key } = useSession();
  const unknown = useRef<I | null>(null);
  return useCallback(
    async (asked) => {
      const last = unknown.current;
      // Whole, with its moments: a stand-in of the night is not the one of the day that may have been made before it.
      const isAgain =
        last !== null && hashKey([{ ...asked, clientMutationId: last.clientMutationId }]) === hashKey([last]);
      const input = isAgain ? last : ({ ...asked, clientMutationId: newId() } as I);
      try {
        const data = await request(key, document, { input });
        unknown.current = null;
        onAnswer?.(data);
        return Object.values(data).flatMap((payload) => payload?.userErrors ?? []);
      } catch (error) {
        unknown.current = isUnknown(error) ? input : null;
        throw error;
      }
    },
    [key, document, onAnswer],
  );
};
