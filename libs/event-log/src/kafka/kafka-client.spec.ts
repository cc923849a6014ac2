import { messageOf } from './kafka-client.js';

describe('messageOf', () => {
  it.each([
    [
      { message: 'Response ListOffsets(key: 2, version: 3)', broker: 'b1:9092', error: 'There is no leader', size: 55 },
      'Response ListOffsets(key: 2, version: 3): b1:9092: There is no leader',
    ],
    [{ message: 'Error when calling eachBatch', error: new Error('a bug') }, 'Error when calling eachBatch: a bug'],
    [{ message: 'Crash: KafkaJSError', groupId: 'aggregator', stack: 'at x' }, 'Crash: KafkaJSError: aggregator'],
    [{ message: 'Connection timeout', error: undefined, broker: '' }, 'Connection timeout'],
  ])('says what failed, where and why: %#', (log, text) => {
    expect(messageOf(log)).toBe(text);
  });
});
