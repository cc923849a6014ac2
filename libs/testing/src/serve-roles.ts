import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { event, type EventData, type PrincipalRole, streamOf, TOPICS } from '#contracts';
import { openEmbeddedLog } from '#event-log';
import type * as Runtime from '#runtime';
import type { Clock, Infrastructure, OidcSettings, Role, Traces } from '#runtime';
import { createApiKeyRepository, createCatalogueRepository, createEventStore, createNodeKeyRepository } from '#store';
import { holdToSpoken } from './spoken-answers.js';
import type { TestDatabase } from './test-database.js';

/** What a key of a test is cut to. */
export type KeyLimits = Pick<EventData<'ApiKeyCreated'>, 'scopes' | 'expiresAt'>;

/** Some roles of a server, served over HTTP for a test. */
export interface ServedRoles {
  readonly url: string;
  /** What the roles were given. */
  readonly parts: Infrastructure;
  /** The names of all routes and resolvers, and what they need. */
  readonly entrances: readonly { readonly name: string; readonly needs: string | undefined }[];
  /** Makes an API key; returns the value of `Authorization`. */
  readonly keyOf: (role: PrincipalRole, nodeId?: string, limits?: KeyLimits) => Promise<string>;
  /** A part of a role, by its token. */
  readonly get: <T>(token: symbol) => T;
  /** What stopped for good. */
  readonly stopped: readonly string[];
  /** May be called again. */
  readonly close: () => Promise<void>;
}

/** How roles are served. */
export interface ServeOptions {
  /** What the roles see; the machine's unless told. */
  readonly clock?: Clock;
  /** The log's own clock, ms, by which everything is decided: a story of minutes is told in seconds. The server's unless told. */
  readonly logNowMs?: () => number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Off unless told. */
  readonly traces?: Traces;
  /** Opens `/metrics` beside keys. */
  readonly metricsToken?: string;
  /** Records need a tag, as on a log that others can write to. */
  readonly isTagRequired?: boolean;
  /** How the front door is set; no page of another origin may read answers unless told. */
  readonly door?: Partial<Infrastructure['door']>;
  /** Where people reach the process. */
  readonly publicUrl?: string;
  /** Whose bearer tokens are taken; nobody's unless told. */
  readonly oidc?: OidcSettings;
}

/** What the keys of nodes are derived from in tests. */
export const TEST_FLEET_SECRET = 'f'.repeat(43);
/** What links in pages are signed with in tests. */
export const TEST_LINK_SECRET = 'l'.repeat(43);

/** More than any test sends: on a clock that stands still nothing that was taken comes back. */
const GENEROUS = { perSecond: 1_000_000, windowS: 10 };
/** No origin is listed, no proxy trusted, nobody told to wait. */
const OPEN_DOOR: Infrastructure['door'] = {
  corsOrigins: new Set(),
  trustedProxies: [],
  rates: { view: GENEROUS, act: GENEROUS, telemetry: GENEROUS, proved: GENEROUS, stranger: GENEROUS },
};

const openParts = async (
  runtime: typeof Runtime,
  { database: pool, connection }: TestDatabase,
  clock: Clock,
  options: ServeOptions,
  fatal: Infrastructure['fatal'],
) => {
  const { isTagRequired, logNowMs, oidc, door, publicUrl = 'http://tocsin.test' } = options;
  const { metricsToken, traces = runtime.NO_TRACES } = options;
  const logTime = logNowMs === undefined ? {} : { nowMs: logNowMs };
  const meters = new runtime.Meters(clock);
  const embedded = await openEmbeddedLog({ connection: () => connection, ...logTime });
  const eventLog = runtime.tracedLog(runtime.meterEventLog(embedded, meters), traces);
  const database = runtime.tracedDatabase(pool, traces);
  await eventLog.ensureTopics(TOPICS);
  const eventStore = runtime.tracedStore(createEventStore(database, clock.nowMs), traces);
  // Follows by the machine's clock, whatever clock the roles have: a test waits for what it registered.
  const repository = createCatalogueRepository(database);
  const catalogue = await runtime.followCatalogue(repository, runtime.systemClock, () => undefined);
  const authenticator = runtime.createAuthenticator(
    createApiKeyRepository(database),
    clock,
    oidc && runtime.openTokenReader({ settings: oidc, clock, onError: () => undefined }),
  );
  const nodeKeys = await runtime.followNodeKeys({
    repository: createNodeKeyRepository(database),
    clock: runtime.systemClock,
    fleetSecret: TEST_FLEET_SECRET,
    isRequired: isTagRequired === true,
    onError: () => undefined,
  });
  const readiness = new runtime.Readiness();
  const unmeter = runtime.meterInfrastructure(meters, pool, readiness);
  const logger = runtime.createLogger('silent');
  const notices = new runtime.Notices();
  const links = { secret: TEST_LINK_SECRET, publicUrl: new URL(publicUrl) };
  const front = { links, door: { ...OPEN_DOOR, ...door } };
  const databases = { database, readDatabase: database };
  const opened = { ...databases, eventLog, eventStore, catalogue, authenticator, nodeKeys, ...front };
  const parts = {
    ...opened,
    signIn: oidc?.signIn,
    notices,
    readiness,
    meters,
    traces,
    metricsToken,
    clock,
    logger,
    fatal,
  };
  const close = async (): Promise<void> => {
    unmeter();
    await catalogue.stop();
    await nodeKeys.stop();
    await eventLog.close();
  };
  return { parts: parts satisfies Infrastructure, close };
};

/**
 * Serves some roles as a process would, on a test's database and a free port; `start` itself demands all of them. `clock` is what
 * the roles see. The runtime is loaded here and not above, so that specs without a server do not pay for Nest.
 */
export const serveRoles = async (
  roles: readonly Role[],
  testDatabase: TestDatabase,
  options: ServeOptions = {},
): Promise<ServedRoles> => {
  const runtime = await import('#runtime');
  const stopped: string[] = [];
  const modules = roles.map((role) => role.module(options.environment ?? {}));
  const clock = options.clock ?? runtime.systemClock;
  const { parts, close } = await openParts(runtime, testDatabase, clock, options, (what) => stopped.push(what));
  const app = await runtime.createApp(parts, modules);
  const faults = holdToSpoken(app, runtime);
  await app.listen(0, '127.0.0.1');
  let closing: Promise<void> | undefined;
  const assertSpoken = (): void => {
    if (faults.length > 0) throw new Error(`not as @Speaks says:\n${faults.join('\n')}`);
  };
  const keyOf = async (role: PrincipalRole, nodeId?: string, limits: KeyLimits = {}): Promise<string> => {
    const [keyId, secret] = [`${role}-${randomBytes(4).toString('hex')}`, randomBytes(24).toString('base64url')];
    const held = { keyId, name: `test ${role}`, role, ...(nodeId === undefined ? {} : { nodeId }), ...limits };
    const created = event('ApiKeyCreated', { ...held, secretHash: runtime.secretHashOf(secret) });
    const append = { stream: streamOf.key(keyId), expectedVersion: 0, events: [created] };
    await parts.eventStore.append([append], { actor: 'test', cause: 'test' });
    return `Bearer ${keyId}.${secret}`;
  };
  return {
    url: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`,
    parts,
    entrances: runtime.entrancesOf(app),
    keyOf,
    get: (token) => app.get(token, { strict: false }),
    stopped,
    close: () => (closing ??= app.close().then(close).then(assertSpoken)),
  };
};
