import {
  decoderFor,
  isResolver,
  type OutcomeBatch,
  type OutcomeTopic,
  type Principal,
  refuse,
  refuseFuture,
  type Refusal,
  refuseVantage,
} from '#contracts';

/** What a batch is checked against. */
export interface BatchCheck {
  readonly principal: Principal;
  readonly isKnownNode: (nodeId: string) => boolean;
  readonly nowMs: number;
}

/** Reads a body by its content type. */
export const readBatch = (contentType: string, body: Uint8Array): OutcomeBatch | Refusal => {
  const decoder = decoderFor(contentType);
  return decoder === undefined
    ? refuse('CONTENT_TYPE_UNKNOWN', `${contentType === '' ? 'no content type' : contentType}: no decoder`)
    : decoder.decode(body);
};

/** Why a node may not be spoken for; undefined when it may. */
export const refuseNode = (
  nodeId: string,
  { principal, isKnownNode }: Pick<BatchCheck, 'principal' | 'isKnownNode'>,
  at?: string,
): Refusal | undefined => {
  if (principal.role === 'node' && principal.nodeId !== nodeId)
    return refuse('NODE_FOREIGN', `the key is of ${principal.nodeId ?? 'no node'}, not of ${nodeId}`, at);
  if (!isKnownNode(nodeId)) return refuse('NODE_UNKNOWN', `${nodeId} is not in the inventory`, at);
  return undefined;
};

/** Why a batch is not taken; undefined when it is. */
export const refuseBatch = (
  batch: OutcomeBatch,
  check: BatchCheck,
  topic: OutcomeTopic = 'telemetry.outcomes',
): Refusal | undefined => {
  const isOfResolver = topic === 'telemetry.probes' && isResolver(batch.nodeId);
  const refusal = isOfResolver ? undefined : refuseNode(batch.nodeId, check);
  return refusal ?? refuseVantage(topic, batch) ?? refuseFuture(batch, check.nowMs);
};
