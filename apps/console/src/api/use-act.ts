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
 * Does an act once. Whoever presses again after the line broke asks for the same act, by the same id, and it is still done once; after an
 * answer the next press is another act.
 */
export const useAct = <Data extends Payloads, I extends Input>(
  document: TadaDocumentNode<Data, { input: I }>,
): ((input: Omit<I, 'clientMutationId'>) => Promise<readonly UserError[]>) => {
  const { key } = useSession();
  const id = useRef(newId());
  return useCallback(
    async (input) => {
      try {
        const data = await request(key, document, { input: { ...input, clientMutationId: id.current } as I });
        id.current = newId();
        return Object.values(data).flatMap((payload) => payload?.userErrors ?? []);
      } catch (error) {
        if (!isUnknown(error)) id.current = newId();
        throw error;
      }
    },
    [key, document],
  );
};
