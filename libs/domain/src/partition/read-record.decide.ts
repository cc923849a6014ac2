import {
  checkTag,
  decoderFor,
  HEADER,
  isRefusal,
  type NodeReport,
  nodeReportSchema,
  type OutcomeBatch,
  type OutcomeTopic,
  refuse,
  type Refusal,
  refuseVantage,
  type Signal,
  signalSchema,
  type TagPolicy,
  type TELEMETRY_TOPICS,
} from '#contracts';

/** A topic that the aggregator folds or forwards. */
export type TelemetryTopic = (typeof TELEMETRY_TOPICS)[number];

/** A record, as far as it is read here; one of the event log fits. */
export interface TelemetryRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Append time of the log, ms. */
  readonly appendedAtMs: number;
}

/** What a record says. */
export type RecordTelling =
  | { readonly kind: 'batch'; readonly batch: OutcomeBatch }
  | { readonly kind: 'report'; readonly report: NodeReport }
  | { readonly kind: 'signal'; readonly signal: Signal }
  | { readonly kind: 'unreadable'; readonly refusal: Refusal }
  | Unauthenticated;

/**
 * A record of which is not known who wrote it. It must change nothing of the node that it names: a forger could otherwise raise the
 * `rejected` of another node at will, and fill the ledger with names of its own. It is a dead letter, and counted by its reason.
 */
interface Unauthenticated {
  readonly kind: 'unauthenticated';
  readonly refusal: Refusal;
}

const unreadable = (refusal: Refusal): RecordTelling => ({ kind: 'unreadable', refusal });

const foreign = (nodeId: string, key: string | null): Refusal =>
  refuse('NODE_FOREIGN', `says node ${nodeId}, but its key is ${key ?? 'absent'}`);

const readBatch = (topic: OutcomeTopic, { headers, key, value }: TelemetryRecord): RecordTelling => {
  const contentType = headers[HEADER.contentType] ?? '';
  const decoder = decoderFor(contentType);
  if (decoder === undefined) return unreadable(refuse('CONTENT_TYPE_UNKNOWN', `no decoder reads '${contentType}'`));
  const batch = decoder.decode(value, { isAuthentic: headers[HEADER.tag] !== undefined });
  if (isRefusal(batch)) return unreadable(batch);
  // The key is what the sender was authenticated for: nobody writes the numbers of another node.
  if (batch.nodeId !== key) return unreadable(foreign(batch.nodeId, key));
  const misplaced = refuseVantage(topic, batch);
  return misplaced === undefined ? { kind: 'batch', batch } : unreadable(misplaced);
};

const parseJson = (value: Uint8Array): { readonly json: unknown } | undefined => {
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)) };
  } catch {
    return undefined;
  }
};

interface Issue {
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

const invalid = (what: string, issue: Issue | undefined): RecordTelling =>
  unreadable(
    refuse('BODY_INVALID', `not a ${what}: ${issue?.message ?? 'invalid'}`, `/${(issue?.path ?? []).join('/')}`),
  );

const readReport = ({ key, value }: TelemetryRecord): RecordTelling => {
  const parsed = parseJson(value);
  if (parsed === undefined) return unreadable(refuse('BODY_UNPARSABLE', 'not JSON'));
  const checked = nodeReportSchema.safeParse(parsed.json);
  if (!checked.success) return invalid('node report', checked.error.issues[0]);
  if (checked.data.nodeId !== key) return unreadable(foreign(checked.data.nodeId, key));
  return { kind: 'report', report: checked.data };
};

const readSignal = ({ value }: TelemetryRecord): RecordTelling => {
  const parsed = parseJson(value);
  if (parsed === undefined) return unreadable(refuse('BODY_UNPARSABLE', 'not JSON'));
  const checked = signalSchema.safeParse(parsed.json);
  return checked.success ? { kind: 'signal', signal: checked.data } : invalid('signal', checked.error.issues[0]);
};

const READERS: Readonly<Record<TelemetryTopic, (record: TelemetryRecord) => RecordTelling>> = {
  'telemetry.outcomes': (record) => readBatch('telemetry.outcomes', record),
  'telemetry.probes': (record) => readBatch('telemetry.probes', record),
  'telemetry.nodes': readReport,
  'telemetry.signals': readSignal,
};

const refuseTag = (topic: TelemetryTopic, record: TelemetryRecord, keys: TagPolicy): Refusal | undefined => {
  const { [HEADER.tag]: tag, [HEADER.keyId]: keyId = '', [HEADER.contentType]: contentType = '' } = record.headers;
  if (tag === undefined) return keys.isRequired ? refuse('TAG_MISSING', 'the record has no tag') : undefined;
  // A signal is keyed by its subject, a probe by the node that was looked at: neither speaks for a node, the gateway alone may bring it.
  const isOfNode = topic === 'telemetry.outcomes' || topic === 'telemetry.nodes';
  const nodeId = isOfNode ? (record.key ?? undefined) : undefined;
  const message = { topic, contentType, keyId, body: record.value };
  return checkTag(message, tag, nodeId, keys.find, record.appendedAtMs);
};

/** Reads a record of which is known who wrote it; it never throws, whatever the bytes are. */
export const readAuthentic = (topic: TelemetryTopic, record: TelemetryRecord): RecordTelling => READERS[topic](record);

/**
 * Reads a record of a telemetry topic; it never throws, whatever the bytes are. The tag comes first: bytes of strangers are not
 * parsed, and what is authentic and unreadable is booked to the node that wrote it.
 */
export const readRecord = (topic: TelemetryTopic, record: TelemetryRecord, keys: TagPolicy): RecordTelling => {
  const refusal = refuseTag(topic, record, keys);
  return refusal === undefined ? READERS[topic](record) : { kind: 'unauthenticated', refusal };
};
