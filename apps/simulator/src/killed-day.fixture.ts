import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPE, encodeProtobuf, isRefusal } from '#contracts';
import { freePort } from '#testing';
import { type Clock, systemClock } from './clock.js';
import type { DayResult } from './day-record.js';
import { playDay } from './day-run.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { isPage, type ReceivedPage } from './pagerduty.js';
import { createRandom, type Random } from './random.js';
import { startReceiver } from './receiver.js';
import { type StandaloneOptions, type StandaloneProcess, startStandalone } from './standalone-process.js';

/** How a day is disturbed. */
export interface KilledDayOptions {
  readonly seed: number;
  /** How often the server is killed, at random moments from the first outcome on. */
  readonly kills: number;
}

/** What is left of a day. */
export interface KilledDay {
  readonly result: DayResult;
  readonly recovered: boolean;
  /** Kills after the first failure: while it was detected, paged or rolled back. */
  readonly killsOfOutage: number;
  /** Alerts that no fault explains. */
  readonly falseAlerts: readonly string[];
  /** `rule scope key`, in order. */
  readonly alerts: readonly string[];
  /** Ids, in the order of opening. */
  readonly incidents: readonly string[];
  /** Every trigger that reached the pager, repetitions too. */
  readonly triggers: readonly ReceivedPage[];
  readonly rollbacks: readonly { readonly status: string; readonly waves: readonly unknown[] }[];
  /** Commands that were acted on: wave by wave. */
  readonly wavesCommanded: readonly number[];
}

const VERIFY_MS = 3_000;
const LEAD_MS = 8_000;
/** Longer than ten restarts take, shorter than a test's patience. */
const RECOVERY_BOUND_MS = 180_000;
/** A killed server is ready when it has caught up, and on a busy machine the fleet goes on faster than it does: as long as the day. */
const READY_BOUND_MS = RECOVERY_BOUND_MS;
/** From the first outcome to the end of the last wave when nobody disturbs: kills are spread over it, so that some hit the outage. */
const DAY_MS = 32_000;
/** After readiness at the earliest: now and then before the server has caught up, mostly in the middle of its work. */
const KILL_AFTER_MS_MIN = 300;

const killAgainAndAgain = async (
  first: StandaloneProcess,
  options: StandaloneOptions,
  { kills, random, begun }: { readonly kills: number; readonly random: Random; readonly begun: Promise<void> },
): Promise<{ readonly standalone: StandaloneProcess; readonly killedAtMs: readonly number[] }> => {
  let standalone = first;
  const killedAtMs: number[] = [];
  await begun;
  for (let kill = 0; kill < kills; kill += 1) {
    await systemClock.sleep(KILL_AFTER_MS_MIN + random.next() * (DAY_MS / kills));
    killedAtMs.push(systemClock.nowMs());
    await standalone.kill();
    standalone = await startStandalone(options);
  }
  return { standalone, killedAtMs };
};

const read = async <T>(client: HttpClient, key: string, path: string): Promise<T> => {
  const { status, body } = await client.send({ method: 'GET', path, key });
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${body}`);
  const answer: unknown = JSON.parse(body);
  if (isRefusal(answer)) throw new Error(`GET ${path}: ${body}`);
  return answer as T;
};

interface Subject {
  readonly rule: string;
  readonly scope: string;
  readonly key: string;
}

const evidenceOf = async (url: string, key: string) => {
  const client = createHttpClient(url);
  const { alerts } = await read<{ alerts: Subject[] }>(client, key, '/v1/alerts?limit=500');
  const { incidents } = await read<{ incidents: { incidentId: string }[] }>(client, key, '/v1/incidents?limit=500');
  const { rollbacks } = await read<{ rollbacks: KilledDay['rollbacks'] }>(client, key, '/v1/rollbacks?limit=500');
  client.close();
  return {
    alerts: alerts.map(({ rule, scope, key: of }) => `${rule} ${scope} ${of}`).toSorted((a, b) => (a < b ? -1 : 1)),
    incidents: incidents.map(({ incidentId }) => incidentId).toReversed(),
    rollbacks,
  };
};

/** Plays the day against a server of its own that is killed as often as told, and answers what Postgres and the receiver recorded. */
export const playKilledDay = async ({ seed, kills }: KilledDayOptions): Promise<KilledDay> => {
  const clock: Clock = systemClock;
  const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-day-'));
  const receiver = await startReceiver(clock, seed);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const adminKey = `admin.${randomBytes(24).toString('base64url')}`;
  const environment = {
    ...receiver.environment,
    ADMIN_KEY: adminKey,
    COMMAND_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ROLLBACK_VERIFY_MS: String(VERIFY_MS),
  };
  const options = { dataDir, port: await freePort(), clock, environment, readyBoundMs: READY_BOUND_MS };
  const standalone = await startStandalone(options);
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const killed = killAgainAndAgain(standalone, options, { kills, random: createRandom(seed, 'kills'), begun });
  let stopDay = (): void => undefined;
  try {
    const day = await playDay({
      url: standalone.url,
      adminKey,
      publicKey,
      receiver,
      seed,
      nodes: 48,
      queriesPerSecondPerNode: 100,
      clock,
      encoding: { contentType: CONTENT_TYPE.protobuf, encode: encodeProtobuf },
      leadMs: LEAD_MS,
      recoveryBoundMs: RECOVERY_BOUND_MS,
      onLine: ({ text }) => void (text.startsWith('real time') && begin()),
    });
    stopDay = day.stop;
    const { killedAtMs } = await killed;
    const result = await day.finish();
    const evidence = await evidenceOf(standalone.url, day.keys.viewer);
    const { pagerDuty, deploySystem } = receiver;
    return {
      ...evidence,
      result,
      killsOfOutage: killedAtMs.filter((atMs) => atMs > Date.parse(result.faultAt ?? '')).length,
      recovered: day.recovered,
      falseAlerts: day.falseAlerts(),
      triggers: pagerDuty.received.filter(({ event }) => event.event_action === 'trigger'),
      wavesCommanded: deploySystem.received.flatMap(({ verdict, command }) =>
        verdict === 'executed' && command ? [command.wave] : [],
      ),
    };
  } finally {
    stopDay();
    begin();
    const last = await killed.then(
      (each) => each.standalone,
      () => standalone,
    );
    await last.stop();
    await receiver.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

/** What holds of a day however often the server died: the outage is found once, paged once and rolled back once. */
export const expectOneOfEach = (day: KilledDay): void => {
  expect(day.recovered).toBe(true);
  // First, since it names what should not be there.
  expect(day.falseAlerts).toEqual([]);
  expect(day.result).toMatchObject({ lost: 0, duplicated: 0, falseAlerts: 0, pages: day.incidents.length });
  expect(new Set(day.triggers.filter(isPage).map(({ dedupKey }) => dedupKey))).toEqual(new Set(day.incidents));
  const [rollback, ...others] = day.rollbacks.filter(({ status }) => status !== 'refused');
  expect(others).toEqual([]);
  expect(rollback).toMatchObject({ status: 'completed' });
  expect(day.wavesCommanded).toEqual(rollback?.waves.map((_, index) => index + 1));
};

/** Proved of every cohort and of the fleet within three seconds of outage, while two of the three waves still wait: on every day. */
const PROOF = 'rollback_success_rate';

const provedOf = ({ alerts }: KilledDay): readonly string[] => alerts.filter((alert) => alert.startsWith(`${PROOF} `));

/**
 * What proves the release bad, in every cohort and in the fleet, is what it was on the calm day; that no false one is beside it is
 * `expectOneOfEach`. Further thresholds are passed or missed by a second: these days run in real time, and either outage may be the
 * longer one. (That the same ticks give exactly the same alerts, whenever the rules are killed, is shown in event time by the specs of
 * the rules.)
 */
export const expectSameProof = (killed: KilledDay, calm: KilledDay): void => {
  expect(provedOf(calm).length).toBeGreaterThan(4);
  expect(provedOf(killed)).toEqual(provedOf(calm));
};
