import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  audienceDigest,
  type Command,
  COMMAND_TTL_MS,
  event,
  type Event,
  signedCommandSchema,
  streamOf,
  verifyCommand,
} from '#contracts';
import { systemClock } from '#runtime';
import { createEventStore } from '#store';
import { databaseUrlOf, openTestDatabase, type TestDatabase, until } from '#testing';
import { ask, type RoleProcess, startProcess, untilReady } from './role-processes.fixture.js';

const ADMIN_KEY = `admin.${'a'.repeat(32)}`;
const KILLS = 3;
/** In each life; it is killed while they are signed and published. */
const COMMANDS = 6;
const RELEASE = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const TARGET = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const { nowMs } = systemClock;

const reason = {
  rule: 'R17',
  signal: 'dns_resolution_success_rate',
  text: 'success 23 % < 99 %',
  value: 23,
  threshold: 99,
  windowMs: 60_000,
  good: 23,
  bad: 77,
  tick: 1,
  coverage: 1,
};

/** A rollback of one wave, and its command, as the rules append them. */
const rollbackOf = (index: number): readonly { readonly stream: string; readonly events: readonly Event[] }[] => {
  const [rollbackId, commandId, generation, at] = [`rb-${index}`, `co-${index}`, index, nowMs()];
  const plan = { service: 'dns', from: RELEASE, to: TARGET };
  const command: Command = {
    ...plan,
    commandId,
    action: 'rollback',
    rollbackId,
    wave: 1,
    generation,
    audience: ['n1'],
    audienceDigest: audienceDigest(['n1']),
    issuedAtMs: at,
    expiresAtMs: at + COMMAND_TTL_MS,
    reason: reason.text,
  };
  const decided = event('RollbackDecided', {
    ...plan,
    rollbackId,
    incidentId: 'in1',
    rolloutId: `ro-${index}`,
    waves: [['n1']],
    trigger: reason,
    evidence: [],
    rails: [{ rail: 'target', holds: true, detail: 'attested' }],
    gap: { release: 23, control: 99.9 },
    at,
  });
  const commanded = event('WaveCommanded', { rollbackId, wave: 1, generation, commandId, at });
  return [
    { stream: streamOf.rollback(rollbackId), events: [decided, commanded] },
    { stream: streamOf.command(commandId), events: [event('CommandIssued', { command })] },
  ];
};

describe('a server that is killed while it signs and publishes', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'signer-kill-'));
  let test: TestDatabase;
  let server: RoleProcess | undefined;
  beforeAll(async () => {
    test = await openTestDatabase();
  });
  afterAll(async () => {
    await server?.stop();
    await test.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = async (): Promise<RoleProcess> => {
    server = await startProcess('standalone', {
      DATABASE_URL: databaseUrlOf(test.connection),
      DATA_DIR: dataDir,
      ADMIN_KEY,
      LOG_LEVEL: 'info',
    });
    await untilReady(server);
    return server;
  };

  it('B8, R32: signs each command once, and every node is given each of them', async () => {
    const store = createEventStore(test.database, nowMs);
    let issued = 0;
    const issue = async (): Promise<void> => {
      const streams = rollbackOf(++issued).map((each) => ({ ...each, expectedVersion: 0 }));
      expect(await store.append(streams, { actor: 'rules', cause: 'test' })).toHaveProperty('appended');
    };
    for (let life = 0; life < KILLS; life++) {
      const killed = await start();
      if (life === 0) await ask(killed, '/v1/nodes', ADMIN_KEY, { nodes: [{ nodeId: 'n1', pop: 'p', region: 'r' }] });
      for (let index = 0; index < COMMANDS; index++) await issue();
      const isUnderWay = async () => (await store.readStream(streamOf.command(`co-${issued - life}`))).length > 1;
      await until('it has come to one of them', isUnderWay);
      await killed.kill();
      server = undefined;
    }
    const last = await start();
    const streams = Array.from({ length: issued }, (_, index) => streamOf.command(`co-${index + 1}`));
    const typesOf = async (stream: string) => (await store.readStream(stream)).map(({ event: { type } }) => type);
    await until('all are settled', async () => {
      const lengths = await Promise.all(streams.map(async (stream) => (await typesOf(stream)).length));
      return lengths.every((length) => length > 1);
    });
    expect(new Set(await Promise.all(streams.map(async (stream) => (await typesOf(stream)).join())))).toEqual(
      new Set(['CommandIssued,CommandSigned']),
    );
    const { key } = (
      await ask(last, '/v1/keys', ADMIN_KEY, { name: 'n1', role: 'node', nodeId: 'n1', comment: 'test' })
    ).body;
    const publicKey = createPublicKey(readFileSync(join(dataDir, 'command-key.pub.pem')));
    const given = async (): Promise<readonly string[]> => {
      const { body } = await ask(last, '/v1/nodes/n1/commands?after=0&waitMs=0', String(key));
      return (body['commands'] as readonly unknown[]).map((each) => {
        const verdict = verifyCommand(signedCommandSchema.parse(each), publicKey, nowMs(), 'n1', 0);
        return verdict.command?.commandId ?? 'forged';
      });
    };
    await until('every command is given', async () => new Set(await given()).size === issued);
    expect(await given()).toEqual(Array.from({ length: issued }, (_, index) => `co-${index + 1}`));
  });
});
