import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { COMMAND_DOMAIN, COMMAND_TTL_MS, type Command, commandSchema, type SignedCommand } from './command.js';

/** How far the clocks of a signer and an executor may differ. */
export const COMMAND_SKEW_MS = 5_000;

/** Why a command must not be acted on. */
export type CommandRefusal =
  | 'key_unknown'
  | 'signature_wrong'
  | 'payload_invalid'
  | 'audience_altered'
  | 'audience_foreign'
  | 'expired'
  | 'not_yet_valid'
  | 'generation_old';

/** What an executor may do with a signed command. */
export type CommandVerdict =
  | { readonly verdict: 'execute'; readonly command: Command }
  | {
      readonly verdict: 'refuse';
      readonly reason: CommandRefusal;
      readonly detail: string;
      /** What was refused; undefined when the trusted key did not sign it, so that nothing it says may be believed. */
      readonly command: Command | undefined;
    };

/** Texts that stand in JSON as they are: most names and ids, and all of them ASCII. */
const PLAIN = /^[\w .:/-]*$/;

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/**
 * JSON with sorted keys and no white space: the same value is always the same bytes. A loop that adds to a text takes half the time of lists
 * that are joined, and a verification of the events does it for each of them.
 */
export const canonicalJson = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let json = '';
  if (Array.isArray(value)) {
    for (const item of value) json += `${json === '' ? '' : ','}${canonicalJson(item ?? null)}`;
    return `[${json}]`;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields).sort()) {
    const item = fields[key];
    if (item !== undefined) json += `${json === '' ? '' : ','}${quoted(key)}:${canonicalJson(item)}`;
  }
  return `{${json}}`;
};

/** SHA-256, hex, of the canonical JSON: the same value has the same, whatever the order of its keys. */
export const canonicalDigest = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

/** SHA-256, hex, of the sorted audience joined by newlines. */
export const audienceDigest = (audience: readonly string[]): string =>
  createHash('sha256').update(audience.toSorted().join('\n')).digest('hex');

/** The name of a public key: the first 16 hex digits of the SHA-256 of its DER form. */
export const commandKeyId = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

const signedBytes = (payload: Buffer): Buffer => Buffer.concat([Buffer.from(COMMAND_DOMAIN), payload]);

/** Signs a command with an Ed25519 key. Ed25519 is deterministic: signing again gives the same bytes. */
export const signCommand = (command: Command, privateKey: KeyObject, keyId: string): SignedCommand => {
  const payload = Buffer.from(canonicalJson(command));
  const signature = sign(null, signedBytes(payload), privateKey);
  return { payload: payload.toString('base64'), signature: signature.toString('base64'), keyId };
};

const refusal = (reason: CommandRefusal, detail: string, command?: Command): CommandVerdict => ({
  verdict: 'refuse',
  reason,
  detail,
  command,
});

const parseCommand = (payload: Buffer): Command | undefined => {
  try {
    return commandSchema.safeParse(JSON.parse(payload.toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

const checkAudience = (command: Command, nodeId: string | undefined): CommandVerdict | undefined => {
  if (audienceDigest(command.audience) !== command.audienceDigest)
    return refusal('audience_altered', 'the audience does not match its digest', command);
  if (nodeId !== undefined && !command.audience.includes(nodeId))
    return refusal('audience_foreign', `${nodeId} is not in the audience of ${command.audience.length} nodes`, command);
  return undefined;
};

const checkTime = (command: Command, nowMs: number): CommandVerdict | undefined => {
  const { issuedAtMs, expiresAtMs } = command;
  const lifeMs = expiresAtMs - issuedAtMs;
  if (nowMs > expiresAtMs + COMMAND_SKEW_MS)
    return refusal('expired', `expired ${nowMs - expiresAtMs} ms ago`, command);
  if (lifeMs > COMMAND_TTL_MS)
    return refusal('expired', `valid for ${lifeMs} ms, more than the ${COMMAND_TTL_MS} ms allowed`, command);
  if (issuedAtMs > nowMs + COMMAND_SKEW_MS)
    return refusal('not_yet_valid', `issued ${issuedAtMs - nowMs} ms ahead`, command);
  return undefined;
};

/**
 * Whether a node may act on a command. The algorithm is fixed, nothing in the message chooses it; what is verified are the exact
 * bytes that are then parsed. `nodeId` undefined: a deploy system, which speaks for the whole audience.
 * The caller keeps `lastGeneration` on disk before it acts, so that no command acts twice or out of order.
 */
export const verifyCommand = (
  signed: SignedCommand,
  publicKey: KeyObject,
  nowMs: number,
  nodeId: string | undefined,
  lastGeneration: number,
): CommandVerdict => {
  if (publicKey.asymmetricKeyType !== 'ed25519' || signed.keyId !== commandKeyId(publicKey))
    return refusal('key_unknown', `signed under key ${signed.keyId}, which is not the one trusted here`);
  const payload = Buffer.from(signed.payload, 'base64');
  if (!verify(null, signedBytes(payload), publicKey, Buffer.from(signed.signature, 'base64')))
    return refusal('signature_wrong', 'the signature does not match the payload');
  const command = parseCommand(payload);
  if (command === undefined) return refusal('payload_invalid', 'the signed bytes are not a command');
  const failed = checkAudience(command, nodeId) ?? checkTime(command, nowMs);
  if (failed !== undefined) return failed;
  if (command.generation <= lastGeneration)
    return refusal('generation_old', `generation ${command.generation} is not above ${lastGeneration}`, command);
  return { verdict: 'execute', command };
};
