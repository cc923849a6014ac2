import type { PostgresConnection } from '#store';

/** A connection as `DATABASE_URL` has it. */
export const databaseUrlOf = ({ host, port, user, password, database }: PostgresConnection): string => {
  const url = new URL(`postgres://localhost:${port}/${encodeURIComponent(database)}`);
  url.username = encodeURIComponent(user);
  if (password !== undefined) url.password = encodeURIComponent(password);
  url.searchParams.set('host', host);
  return url.href;
};
