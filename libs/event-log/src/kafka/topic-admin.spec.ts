import { TOPICS } from '#contracts';
import { configOf } from './topic-admin.js';

const bytesOf = (topic: keyof typeof TOPICS): number => Number(configOf(TOPICS[topic], 1)['max.message.bytes']);

describe('what Kafka is told of a topic', () => {
  it('takes larger records where the topic says so', () => {
    expect(bytesOf('telemetry.outcomes')).toBe(2 << 20);
    expect(bytesOf('slots')).toBe(16 << 20);
  });

  it('stamps records itself, keeps them as they are, and compacts a registry', () => {
    expect(configOf(TOPICS['registry.zones'], 3)).toMatchObject({
      'message.timestamp.type': 'LogAppendTime',
      'compression.type': 'uncompressed',
      'cleanup.policy': 'compact',
      'min.insync.replicas': '2',
    });
  });
});
