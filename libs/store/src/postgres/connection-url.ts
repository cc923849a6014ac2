import type { PostgresConnection } from './postgres-database.js';

const DEFAULT_PORT = 5_432;

const sslOf = (mode: string | null): PostgresConnection['ssl'] | string => {
  if (mode === null || mode === 'disable') return undefined;
  // Encryption without checking whom one talks to protects from nobody who can be in between.
  if (mode === 'verify-full') return { rejectUnauthorized: true };
  return `sslmode=${mode}: expected verify-full or disable`;
};

/**
 * Reads `postgres://user:password@host:port/database`. `?host=/directory` names a socket, as libpq does; `?sslmode=verify-full` asks
 * for TLS. Answers what is wrong with it as a text, which never holds the password.
 */
export const connectionOfUrl = (text: string): PostgresConnection | string => {
  if (!URL.canParse(text)) return 'expected postgres://user:password@host:port/database';
  const url = new URL(text);
  if (!['postgres:', 'postgresql:'].includes(url.protocol)) return `expected postgres://, got ${url.protocol}//`;
  const ssl = sslOf(url.searchParams.get('sslmode'));
  if (typeof ssl === 'string') return ssl;
  const password = decodeURIComponent(url.password);
  return {
    host: url.searchParams.get('host') ?? (url.hostname === '' ? '127.0.0.1' : url.hostname),
    port: Number(url.port === '' ? DEFAULT_PORT : url.port),
    user: decodeURIComponent(url.username) || 'postgres',
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ...(password === '' ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl }),
  };
};
