import { HEADER, type NodeReport, type OutcomeTopic, type Signal, TELEMETRY_TOPICS, VANTAGE } from '#contracts';
import type { TelemetryTopic } from '#domain';
import type { LogRecord } from '#event-log';
import {
  createDice,
  type Dice,
  fieldsOf,
  hostilePayload,
  mutateBytes,
  mutateFields,
  soundBatch,
  textOfFields,
} from '#testing';

/** A record, and whether nothing is wrong with it. */
export interface HostileRecord {
  readonly record: LogRecord & { readonly topic: TelemetryTopic };
  /** A sound record must be taken; of any other nobody knows. */
  readonly isSound: boolean;
}

/** Log time between two records: 125 of them in a tick. */
const RECORD_EVERY_MS = 2;
const NODES = 40;
const BOOTS = ['1', '2', '18446744073709551615'] as const;
/** Content types that are none of ours, or only look like one. */
const CONTENT_TYPES = [
  '',
  ';',
  'text/plain',
  'application/json',
  '__proto__',
  'constructor',
  'application/x-ndjson',
  'application/vnd.tocsin.outcomes+json',
  'application/vnd.tocsin.outcomes+protobuf',
  'x'.repeat(20_000),
  'a\0b',
] as const;
const KEYS = [null, '', 'n0', 'n-unknown', 'n\0', '__proto__', ' n1', 'k'.repeat(20_000)] as const;

/** Distance of a batch's start from the append time, ms: mostly live, some from a spool, some from broken clocks. */
const SHIFTS_MS = [-90_000, -3_600_000, -86_400_000 * 400, 3_900, 5_500, 60_000] as const;

const US = 1_000;
/**
 * Batches after which an agent starts anew, fewer than the gaps that are remembered of a boot: whatever is refused of it, a set of
 * numbers is then an oracle of what is a duplicate.
 */
const BOOT_BATCHES = 150;
/** Agents that say they are the same node. */
const AGENTS = 3;
/** How far back a batch is sent again. */
const REPEAT_MAX = 50;
const T0_US_MAX = Number.MAX_SAFE_INTEGER - 0xffff_ffff;

const t0Of = (dice: Dice, atMs: number): number => {
  if (dice.chance(0.9)) return (atMs - 2_000) * US + dice.below(500_000);
  if (dice.chance(0.05)) return dice.pick([0, 1, T0_US_MAX]);
  return (atMs + dice.pick(SHIFTS_MS)) * US;
};

const reportOf = (dice: Dice, nodeId: string, atUs: number): NodeReport => {
  const head = { nodeId, agentBootId: dice.pick(BOOTS), atUs };
  const release = { softwareVersion: 'v1', configRev: 'c1' };
  return dice.pick([
    {
      type: 'heartbeat',
      ...head,
      pop: 'fra1',
      region: 'europe',
      ...release,
      serverBootId: '1',
      observed: 1,
      dropped: 0,
      queued: 0,
    },
    { type: 'crash', ...head, serverBootId: '1', detail: 'signal 11' },
    { type: 'answer', ...head, commandId: 'c-1', generation: 1, status: 'done', ...release, detail: '' },
  ] as const satisfies readonly NodeReport[]);
};

const signalOf = (dice: Dice, nodeId: string, atUs: number): Signal => {
  const release = { softwareVersion: 'v2', configRev: 'c1' };
  const previous = { softwareVersion: 'v1', configRev: 'c1' };
  return dice.pick([
    { type: 'tickets', count: 3, atUs },
    { type: 'deploy', rolloutId: 'r1', service: 'dns', release, previous, stage: 'canary', nodes: [nodeId], atUs },
  ] as const satisfies readonly Signal[]);
};

const jsonOf = (dice: Dice, value: NodeReport | Signal): { value: Uint8Array; isSound: boolean } => {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const kind = dice.below(10);
  if (kind < 2) return { value: encode(JSON.stringify(value)), isSound: true };
  const fields = kind < 9 ? mutateFields(dice, fieldsOf(value)) : fieldsOf(value);
  const bytes = encode(textOfFields(fields));
  return { value: kind < 8 ? bytes : mutateBytes(dice, bytes), isSound: false };
};

/** Records of every telemetry topic from a seed, mostly outcomes, in order of offset and append time of each topic. */
export class HostileRecords {
  private readonly dice: Dice;
  private readonly offsets = new Map<TelemetryTopic, number>(TELEMETRY_TOPICS.map((topic) => [topic, 0]));
  private readonly sent = new Map<string, number>();

  constructor(
    seed: number,
    private atMs: number,
  ) {
    this.dice = createDice(seed);
  }

  next(): HostileRecord {
    const { dice } = this;
    this.atMs += RECORD_EVERY_MS;
    const topic = dice.chance(0.8) ? 'telemetry.outcomes' : dice.pick(TELEMETRY_TOPICS);
    const offset = this.offsets.get(topic) ?? 0;
    this.offsets.set(topic, offset + 1);
    const nodeId = `n${dice.below(NODES)}`;
    const isBatch = topic === 'telemetry.outcomes' || topic === 'telemetry.probes';
    const body = isBatch ? this.outcomes(topic, nodeId) : { ...this.json(topic, nodeId), headers: {} };
    const isForeign = dice.chance(0.03);
    return {
      record: {
        topic,
        partition: 0,
        offset,
        key: isForeign ? dice.pick(KEYS) : nodeId,
        value: body.value,
        headers: body.headers,
        appendedAtMs: this.atMs,
      },
      // Signals are of no node.
      isSound: body.isSound && (!isForeign || topic === 'telemetry.signals'),
    };
  }

  private outcomes(topic: OutcomeTopic, nodeId: string) {
    const { dice } = this;
    const sound = soundBatch(dice, { nodeId, ...this.identity(topic, nodeId), t0Us: t0Of(dice, this.atMs) });
    const batch = topic === 'telemetry.probes' ? { ...sound, vantage: VANTAGE.probe, observerId: 'p1' } : sound;
    const { contentType, bytes, isSound } = hostilePayload(dice, batch);
    const isTyped = dice.chance(0.97);
    const headers: Record<string, string> = isTyped || dice.chance(0.8) ? {} : { [HEADER.tag]: 't'.repeat(5_000) };
    headers[HEADER.contentType] = isTyped ? contentType : dice.pick(CONTENT_TYPES);
    return { value: bytes, headers, isSound: isSound && isTyped };
  }

  private json(topic: TelemetryTopic, nodeId: string) {
    const { dice } = this;
    const atUs = this.atMs * US;
    return jsonOf(dice, topic === 'telemetry.nodes' ? reportOf(dice, nodeId, atUs) : signalOf(dice, nodeId, atUs));
  }

  /** Mostly the next batch of an agent; some of the last ones again, some far ahead. */
  private identity(topic: OutcomeTopic, nodeId: string): { readonly agentBootId: string; readonly seq: number } {
    const { dice } = this;
    const agent = dice.below(AGENTS);
    const key = `${topic} ${nodeId} ${agent}`;
    const last = this.sent.get(key) ?? 0;
    const isRepeated = last > 0 && dice.chance(0.15);
    const place = isRepeated
      ? Math.max(0, last - dice.below(REPEAT_MAX))
      : last + (dice.chance(0.02) ? 2 + dice.below(5) : 1);
    this.sent.set(key, Math.max(last, place));
    const agentBootId = String(agent + AGENTS * Math.floor(place / BOOT_BATCHES));
    const isFar = dice.chance(0.0005);
    return {
      agentBootId,
      seq: isFar ? Number.MAX_SAFE_INTEGER - dice.below(3) : 1 + (place % BOOT_BATCHES),
    };
  }
}
