/** Where a Kafka cluster is and how to log in. */
export interface KafkaAddress {
  /** `host:port` of the first brokers to ask. */
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  readonly sasl?: { readonly username: string; readonly password: string };
}

const PORT_DEFAULT = '9092';

/**
 * Reads `kafka://[user:password@]host[:port][,host[:port]…][?ssl=true]`. With a user, SASL SCRAM-SHA-512 is spoken. Throws without
 * repeating the URL: it may hold a password.
 */
export const parseKafkaUrl = (text: string): KafkaAddress => {
  const match = /^kafka:\/\/(?:(?<login>[^@/?]*)@)?(?<hosts>[^@/?]+)\/?(?:\?(?<query>.*))?$/.exec(text);
  const { login, hosts = '', query } = match?.groups ?? {};
  if (match === null) throw new Error('event log URL: not kafka://[user:password@]host:port[,host:port…][?ssl=true]');
  const sasl = login === undefined ? undefined : parseLogin(login);
  return { brokers: hosts.split(',').map(parseHost), ssl: parseSsl(query), ...(sasl === undefined ? {} : { sasl }) };
};

const parseHost = (text: string): string => {
  const match = /^(?<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?<port>\d{1,5}))?$/.exec(text);
  const port = match?.groups?.['port'] ?? PORT_DEFAULT;
  if (match === null || Number(port) < 1 || Number(port) > 65_535)
    throw new Error('event log URL: a broker is not host or host:port');
  return `${match.groups?.['host']}:${port}`;
};

const parseLogin = (text: string): { username: string; password: string } => {
  const colon = text.indexOf(':');
  if (colon < 1) throw new Error('event log URL: a login is user:password');
  try {
    return {
      username: decodeURIComponent(text.slice(0, colon)),
      password: decodeURIComponent(text.slice(colon + 1)),
    };
  } catch {
    throw new Error('event log URL: user and password are percent-encoded');
  }
};

const parseSsl = (query: string | undefined): boolean => {
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys())
    if (name !== 'ssl') throw new Error('event log URL: ssl is the only parameter there is');
  const ssl = parameters.get('ssl') ?? 'false';
  if (ssl !== 'true' && ssl !== 'false') throw new Error('event log URL: ssl is true or false');
  return ssl === 'true';
};
