export * from './test-database.js';
export * from './test-server.js';
export * from './until.js';
