import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { CONTENT_TYPE, encodeProtobuf } from '#contracts';
import type { Clock } from './clock.js';
import { formatLine } from './day-lines.js';
import { type DayResult, findingsOf } from './day-record.js';
import { type PlayedDay, playDay } from './day-run.js';
import type { DemoOptions } from './demo-options.js';
import { closingLines, consoleLines, openingLines, resultLines } from './demo-text.js';
import { startReceiver } from './receiver.js';
import { freePort, type StandaloneProcess, startStandalone } from './standalone-process.js';

/** How long a rolled back wave must look well before the next; a real fleet waits a minute or more. */
const VERIFY_MS = 3_000;
/** Busy enough that every customer of the first cloud is seen within seconds, light enough for a laptop. */
const QUERIES_PER_SECOND_PER_NODE = 200;
/** Of a hundred nodes, so half of the load; one node with 50 is judged within seconds. */
const CANARY_QUERIES_PER_SECOND_PER_NODE = 50;
/** Leaves room for the set-up and the count within the 90 s of the whole run. */
const RECOVERY_BOUND_MS = 50_000;
/** As the server wants them: `<keyId>.<secret>`. */
const ADMIN_SECRET_BYTES = 24;

/** Where a demo runs. */
export interface DemoSurroundings {
  readonly clock: Clock;
  readonly dataDir: string;
  readonly say: (text: string) => void;
  /** What must be undone in the end, in the opposite order. */
  readonly undo: (() => Promise<void>)[];
}

/** A demo whose day is played. */
export interface PlayedDemo {
  readonly standalone: StandaloneProcess;
  readonly day: PlayedDay;
}

/** Starts the receiver and Tocsin, and plays the day. */
export const playDemo = async (
  { seed, nodes, canary, away, leadMs }: DemoOptions,
  { clock, dataDir, say, undo }: DemoSurroundings,
): Promise<PlayedDemo> => {
  const receiver = await startReceiver(clock, seed);
  undo.push(receiver.close);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const adminKey = `admin.${randomBytes(ADMIN_SECRET_BYTES).toString('base64url')}`;
  say('starting Tocsin and its database ...');
  const environment = {
    ...receiver.environment,
    ADMIN_KEY: adminKey,
    COMMAND_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ROLLBACK_VERIFY_MS: String(VERIFY_MS),
  };
  const standalone = await startStandalone({ dataDir, port: await freePort(), clock, environment });
  undo.push(standalone.stop);
  for (const line of openingLines(VERIFY_MS, leadMs, canary)) say(line);
  const day = await playDay({
    url: standalone.url,
    adminKey,
    publicKey,
    receiver,
    seed,
    nodes,
    isCanary: canary,
    queriesPerSecondPerNode: canary ? CANARY_QUERIES_PER_SECOND_PER_NODE : QUERIES_PER_SECOND_PER_NODE,
    clock,
    encoding: { contentType: CONTENT_TYPE.protobuf, encode: encodeProtobuf },
    leadMs,
    recoveryBoundMs: RECOVERY_BOUND_MS,
    onLine: (line) => say(formatLine(line)),
    isEngineerAway: away,
    beforeLead: async (keys) => {
      for (const line of consoleLines(standalone.url, keys, away)) say(line);
    },
  });
  undo.push(async () => day.stop());
  return { standalone, day };
};

/** Unattended: says what it came to, counts, and says what is not as promised. */
export const concludeDemo = async (
  { day }: PlayedDemo,
  say: (text: string) => void,
): Promise<{ readonly result: DayResult; readonly asPromised: boolean }> => {
  for (const line of resultLines(day.moments())) say(line);
  say('counting ...');
  const result = await day.finish();
  const refused = [...day.oracle.reasons()].map(([why, times]) => `${times} batches were given up: ${why}`);
  const falseAlerts = day.falseAlerts().map((alert) => `false alert: ${alert}`);
  const strangers = result.commandedNodes
    .filter((nodeId) => !day.struck.includes(nodeId))
    .map((nodeId) => `${nodeId} was commanded, and never had the release`);
  const findings = [...findingsOf(result), ...falseAlerts, ...refused, ...strangers];
  for (const finding of findings) say(`NOT AS PROMISED: ${finding}`);
  return { result, asPromised: findings.length === 0 };
};

/** Attended: what it came to, and where to look. */
export const serveDemo = async ({ day, standalone }: PlayedDemo, say: (text: string) => void): Promise<void> => {
  const closing = closingLines(standalone.url, standalone.logFile, day.keys.viewer);
  for (const line of [...resultLines(day.moments()), ...closing]) say(line);
  const how = await standalone.exited;
  throw new Error(`Tocsin ended with ${how}; its log was ${standalone.logFile}`);
};
