export * from './fake-clock.js';
export * from './test-database.js';
export * from './test-server.js';
export * from './until.js';
export * from './event-time-fleet.js';
export * from './given.js';
export * from './plain-windows.js';
export * from './engine-story.js';
