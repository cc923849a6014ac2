import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, waitFor } from './clock.js';
import { createHttpClient } from './http-client.js';

/** Tocsin, all roles in one process of its own. */
export interface StandaloneProcess {
  readonly url: string;
  readonly logFile: string;
  /** Resolves with the exit, whoever caused it. */
  readonly exited: Promise<string>;
  /** Asks it to end, and ends it when it does not. */
  readonly stop: () => Promise<void>;
  /** Ends it as a power cut would; its database server goes on for a moment. */
  readonly kill: () => Promise<void>;
}

/** Where and with what it runs. */
export interface StandaloneOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** How long it may take to be ready; a minute when not said. */
  readonly readyBoundMs?: number;
}

const MAIN = fileURLToPath(new URL('../../standalone/src/main.js', import.meta.url));
/** The first start makes a database cluster; a cold disk takes its time. */
const READY_BOUND_MS = 60_000;
const READY_EVERY_MS = 100;
const READY_TIMEOUT_MS = 2_000;
/** Longer than an orderly end with its database; then it is killed, which it must survive anyway. */
const STOP_BOUND_MS = 15_000;
const LOG_TAIL_CHARS = 3_000;

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/**
 * A day must neither write into a database of its user's nor page anyone, nor say to whoever watches his Tocsin that it lives. What he
 * switched off, or gave as a file, is not this one's either.
 */
const FOREIGN =
  /^(DATABASE_URL|EVENT_LOG_URL|PAGERDUTY_|WEBHOOK_|(DEPLOY|ROLLOUT|NOTICE|STATUS)_WEBHOOK_|EMAIL_|ALERTMANAGER_|STATUS_UPDATE|STATUSPAGE_|OPSGENIE_|SLACK_|TEAMS_|DEAD_MAN_|FIRE_DRILL|OTEL_|AUTOMATION|ADMIN_KEY|COMMAND_PRIVATE_KEY|ON_CALL|RULES|MAPPINGS_DIR|FALL_OVER|LINK_SECRET|NODE_KEY_SECRET|METRICS_TOKEN|HOST$|PUBLIC_URL|BATCH_AUTHENTICATION|OIDC_|COST_MODEL_FILE)/;

/** What a server of a day has of the environment of whoever starts it. */
export const ownEnvironment = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !FOREIGN.test(name)));

const exitOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `status ${code}` : `signal ${signal}`));
    child.once('error', (error) => resolve(error.message));
  });

const waitUntilReady = async (
  { url, clock, boundMs }: { readonly url: string; readonly clock: Clock; readonly boundMs: number },
  exited: () => string | undefined,
): Promise<boolean> => {
  const client = createHttpClient(url);
  const look = async (): Promise<boolean | undefined> => {
    if (exited() !== undefined) return false;
    const request = { method: 'GET' as const, path: '/readyz', timeoutMs: READY_TIMEOUT_MS };
    const answer = await client.send(request).catch(() => undefined);
    return answer?.status === 200 ? true : undefined;
  };
  const ready = await waitFor(clock, look, { boundMs, everyMs: READY_EVERY_MS });
  client.close();
  return ready === true;
};

/** Starts it and waits until it is ready. Its log goes to a file in the data directory. */
export const startStandalone = async (options: StandaloneOptions): Promise<StandaloneProcess> => {
  const { dataDir, port, environment, clock, readyBoundMs: boundMs = READY_BOUND_MS } = options;
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(dataDir, 'standalone.log');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    env: { ...ownEnvironment(process.env), ...environment, PORT: String(port), DATA_DIR: dataDir },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exited = exitOf(child);
  let exit: string | undefined;
  exited.then((how) => (exit = how)).catch(() => undefined);
  const stop = async (): Promise<void> => {
    const stopping = new AbortController();
    child.kill('SIGTERM');
    const killed = clock.sleep(STOP_BOUND_MS, stopping.signal).then(() => exit === undefined && child.kill('SIGKILL'));
    await exited;
    stopping.abort();
    await killed;
  };
  if (!(await waitUntilReady({ url, clock, boundMs }, () => exit))) {
    const how = exit === undefined ? `not ready after ${boundMs / 1_000} s` : `ended with ${exit}`;
    if (exit === undefined) await stop();
    throw new Error(`start standalone: ${how}\n${readFileSync(logFile, 'utf8').slice(-LOG_TAIL_CHARS)}`);
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return { url, logFile, exited, stop, kill };
};
