import { setTimeout as wait } from 'node:timers/promises';
import { CONTENT_TYPE, encodeProtobuf, GATEWAY_KEY_ID, HEADER, makeTag, nodeKeyOf, nodeKeySecret } from '#contracts';
import type { OutcomeBatch } from '#contracts';
import { type EventLog, type NewRecord, openKafkaLog } from '#event-log';
import { systemClock } from '#runtime';
import type { AgentsPlan } from './agents.js';
import { ownCpuSeconds } from './cpu-time.js';
import { Fleet } from './fleet.js';
import { NODE_KEY_SECRET } from './node-keys.js';
import { registryIdsOf } from './registered-zones.js';

/** Records of one append: a thousand nodes share brokers, as agents of a site would share a gateway. */
const RECORDS_PER_APPEND = 100;
/** Appends under way at once. */
const IN_FLIGHT_MAX = 4;
const KEY = nodeKeyOf(nodeKeySecret(NODE_KEY_SECRET, GATEWAY_KEY_ID));
const TOPIC = 'telemetry.outcomes';

const recordOf = (batch: OutcomeBatch): NewRecord => {
  const [value, contentType] = [encodeProtobuf(batch), CONTENT_TYPE.protobuf];
  const tag = makeTag({ topic: TOPIC, contentType, keyId: GATEWAY_KEY_ID, body: value }, KEY);
  const headers = { [HEADER.contentType]: contentType, [HEADER.keyId]: GATEWAY_KEY_ID, [HEADER.tag]: tag };
  return { key: batch.nodeId, value, headers };
};

/** Zones by the ids that the server gave them. */
const withIds = (batch: OutcomeBatch, ids: Uint32Array): OutcomeBatch => ({
  ...batch,
  zoneId: batch.zoneId?.map((rank) => ids[rank]!),
});

const appendAll = async (log: EventLog, records: readonly NewRecord[]): Promise<void> => {
  const chunks: (readonly NewRecord[])[] = [];
  for (let at = 0; at < records.length; at += RECORDS_PER_APPEND)
    chunks.push(records.slice(at, at + RECORDS_PER_APPEND));
  const lane = async (): Promise<void> => {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) await log.append(TOPIC, chunk);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT_MAX }, lane));
};

/** Everything is made before the start; then it goes out as fast as the broker takes it. */
const burst = async (log: EventLog, { fleet: size, seconds }: AgentsPlan): Promise<void> => {
  const fleet = new Fleet(size, 1, Math.floor(systemClock.nowMs() / 1_000 - seconds) * 1_000);
  const ids = registryIdsOf(size);
  const records = Array.from({ length: seconds }, (_unused, second) =>
    Array.from(fleet.batches(second, 'ids'), ({ batch }) => recordOf(withIds(batch, ids))),
  ).flat();
  console.log(JSON.stringify({ ready: records.length }));
  await new Promise((go) => process.stdin.once('data', go));
  // It would keep the process alive.
  process.stdin.destroy();
  const before = ownCpuSeconds();
  await appendAll(log, records);
  console.log(JSON.stringify({ sent: records.length, cpuSeconds: ownCpuSeconds() - before }));
};

/** In real time: every second each node of the phase sends one batch of the second before. */
const paced = async (log: EventLog, { fleet: size, phases = [] }: AgentsPlan): Promise<void> => {
  const startMs = Math.ceil(systemClock.nowMs() / 1_000) * 1_000;
  const fleet = new Fleet(size, 1, startMs - 1_000);
  const ids = registryIdsOf(size);
  const seqs = new Map<string, number>();
  let [second, sent] = [0, 0];
  console.log(JSON.stringify({ ready: 0 }));
  for (const { seconds, nodes } of phases)
    for (let i = 0; i < seconds; i += 1, second += 1) {
      const records: NewRecord[] = [];
      for (const { batch } of fleet.batches(second, 'ids')) {
        if (records.length === nodes) break;
        const seq = (seqs.get(batch.nodeId) ?? 0) + 1;
        seqs.set(batch.nodeId, seq);
        records.push(recordOf(withIds({ ...batch, seq, published: seq * size.outcomes }, ids)));
      }
      await wait(Math.max(0, startMs + second * 1_000 - systemClock.nowMs()));
      await appendAll(log, records);
      sent += records.length;
      console.log(
        JSON.stringify({ second, sent, behindMs: Math.max(0, systemClock.nowMs() - startMs - (second + 1) * 1_000) }),
      );
    }
};

const plan = JSON.parse(process.argv[2] ?? '{}') as AgentsPlan;
const log = await openKafkaLog({ url: plan.url, clientId: 'agents' });
await (plan.phases === undefined ? burst(log, plan) : paced(log, plan));
await log.close();
