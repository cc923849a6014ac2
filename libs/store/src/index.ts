export * from './database.js';
export * from './embedded-postgres.js';
export * from './event-store.js';
export * from './migrate.js';
export * from './postgres-database.js';
