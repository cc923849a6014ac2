import { CONTENT_TYPE, encodeJsonColumns, encodeNdjson, encodeProtobuf, type OutcomeBatch, OUTCOMES } from '#contracts';
import { createDice, type Dice, mutateBytes } from './hostile-bytes.js';
import { fieldsOf, type JsonFields, mutateFields, textOfFields } from './hostile-json.js';
import { mutateProtobuf } from './hostile-protobuf.js';

/** A batch as somebody hostile or broken sends it. */
export interface HostilePayload {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Nothing was changed: it must be taken. */
  readonly isSound: boolean;
}

/** Zones of the batches; whose they are is the business of the test. */
export const HOSTILE_ZONES = ['a.example', 'b.example', 'c.example', 'd.example', 'z.example'] as const;
/** Outcomes of a batch: none, one, a few. */
const SIZES = [0, 1, 1, 2, 3, 8] as const;
/** Lines beyond any batch; rare, since each costs milliseconds. */
const LINES_TOO_MANY = 65_540;
const LINES_CHANCE = 1 / 20_000;
/** A payload of a few hundred kilobytes; rare likewise. */
const LARGE_CHANCE = 1 / 5_000;
const LARGE_BYTES = 300_000;
const EVERY_CODE = OUTCOMES.map(({ code }) => code);

const column = (n: number, value: () => number): number[] => Array.from({ length: n }, value);

const COMPLETENESS = {
  observed: 9,
  sampledOut: 0,
  droppedAgent: 0,
  droppedSource: -1,
  serverQueries: 9,
  unpairedQueries: 0,
  orphanResponses: 0,
  malformed: 0,
};

/** Outcomes more than an hour from the start of their batch: one batch then touches many slots. */
const WIDE_CHANCE = 0.05;
const U32_MAX = 0xffff_ffff;

/** A batch of some outcomes, most of them within a second and a half. */
const makeBatch = (dice: Dice): OutcomeBatch => {
  const n = dice.pick(SIZES);
  const hasIds = n > 0 && dice.chance(0.2);
  return {
    schema: 1,
    nodeId: 'n1',
    agentBootId: '1',
    seq: 1,
    serverBootId: '1',
    observerId: '',
    published: 0,
    pop: dice.pick(['fra1', 'iad1']),
    region: dice.pick(['europe', 'us-east']),
    softwareVersion: dice.pick(['v1', 'v2']),
    configRev: 'c1',
    ring: '',
    vantage: 0,
    t0Us: 0,
    n,
    completeness: COMPLETENESS,
    zones: hasIds ? [] : HOSTILE_ZONES,
    dtUs: Uint32Array.from(column(n, () => dice.below(dice.chance(WIDE_CHANCE) ? U32_MAX : 1_500_000))),
    zoneIx: Uint16Array.from(hasIds ? [] : column(n, () => dice.below(HOSTILE_ZONES.length))),
    latencyUs: Uint32Array.from(column(n, () => dice.below(50_000))),
    outcome: Uint8Array.from(column(n, () => dice.pick(EVERY_CODE))),
    qtype: new Uint16Array(n).fill(1),
    rcode: new Uint16Array(n),
    transport: new Uint8Array(n).fill(1),
    flags: new Uint8Array(n),
    weight: n > 0 && dice.chance(0.2) ? Uint32Array.from(column(n, () => 1 + dice.below(10_000))) : undefined,
    zoneId: hasIds ? Uint32Array.from(column(n, () => dice.below(8))) : undefined,
    qnameLen: undefined,
  };
};

/** Made once: making them anew for each of a million records would take longer than reading those. */
const BATCHES = Array.from({ length: 200 }, (_unused, seed) => makeBatch(createDice(seed)));

/** A valid batch; its identity and its times are given. */
export const soundBatch = (
  dice: Dice,
  { nodeId, agentBootId, seq, t0Us }: Pick<OutcomeBatch, 'nodeId' | 'agentBootId' | 'seq' | 't0Us'>,
): OutcomeBatch => ({ ...dice.pick(BATCHES), nodeId, agentBootId, seq, t0Us });

const objectOf = (text: string): JsonFields => fieldsOf(JSON.parse(text) as object);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const mutateJson = (dice: Dice, bytes: Uint8Array): Uint8Array => {
  let fields = objectOf(textOf(bytes));
  for (let left = 1 + dice.below(2); left > 0; left -= 1) if (fields.length > 0) fields = mutateFields(dice, fields);
  return bytesOf(textOfFields(fields));
};

const mutateNdjson = (dice: Dice, bytes: Uint8Array): Uint8Array => {
  const lines = textOf(bytes).split('\n');
  if (dice.chance(LINES_CHANCE)) return bytesOf('\n'.repeat(LINES_TOO_MANY));
  const at = dice.below(lines.length - 1);
  const line = lines[at] ?? '';
  const kind = dice.below(10);
  if (kind === 0) return bytesOf(lines.toSpliced(at, 1).join('\n'));
  if (kind === 1) return bytesOf(lines.toSpliced(at, 0, line).join('\n'));
  if (kind === 2) return bytesOf(lines.join(dice.pick(['\r\n', '\n\n', '\n \n', ',\n', '\0\n'])));
  return bytesOf(lines.with(at, textOfFields(mutateFields(dice, objectOf(line)))).join('\n'));
};

const ENCODINGS = [
  { contentType: CONTENT_TYPE.protobuf, encode: encodeProtobuf, mutate: mutateProtobuf },
  { contentType: CONTENT_TYPE.jsonColumns, encode: encodeJsonColumns, mutate: mutateJson },
  { contentType: CONTENT_TYPE.ndjson, encode: encodeNdjson, mutate: mutateNdjson },
] as const;

/** A batch in one of the three content types; one in five as it should be, the others wrong in bytes, in structure, or in both. */
export const hostilePayload = (dice: Dice, batch: OutcomeBatch): HostilePayload => {
  const { contentType, encode, mutate } = dice.pick(ENCODINGS);
  const sound = encode(batch);
  const kind = dice.below(10);
  if (kind < 2) return { contentType, bytes: sound, isSound: true };
  if (dice.chance(LARGE_CHANCE))
    return { contentType, bytes: new Uint8Array(LARGE_BYTES).fill(dice.below(256)), isSound: false };
  const structured = kind < 9 ? mutate(dice, sound) : sound;
  return { contentType, bytes: kind < 8 ? structured : mutateBytes(dice, structured), isSound: false };
};
