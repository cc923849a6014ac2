export * from './database.js';
export * from './event-store.js';
