export * from './event-log.js';
export * from './embedded/embedded-log.js';
export * from './partition-of.js';
export * from './kafka/kafka-log.js';
export * from './kafka/kafka-url.js';
