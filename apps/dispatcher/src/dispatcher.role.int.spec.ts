import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { event, signedCommandSchema, streamOf, verifyCommand } from '#contracts';
import { type Infrastructure, InfrastructureModule, Notices, Readiness } from '#runtime';
import { until } from '#testing';
import { startFakePagerDuty } from './channels/pagerduty.fake.js';
import { startFakeWebhook } from './channels/webhook.fake.js';
import { commandOf, World } from './dispatcher.fixture.js';
import { dispatcher } from './dispatcher.role.js';

const SECRET = Buffer.alloc(32, 7);

@Module({})
class Root {}

describe('the dispatcher', () => {
  let world: World;
  let dataDir: string;
  beforeEach(async () => {
    world = await World.open();
    dataDir = await mkdtemp(join(tmpdir(), 'tocsin-dispatcher-'));
  });
  afterEach(async () => {
    await world.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const startRole = async (env: Record<string, string>) => {
    const readiness = new Readiness();
    const { clock, logger, eventStore, eventLog } = world;
    const notices = new Notices();
    const links = { secret: undefined, publicUrl: undefined };
    const nodeKeys = { isRequired: false };
    const own = { database: world.db.database, links, nodeKeys, fatal: () => undefined };
    const parts = { ...own, clock, logger, eventStore, eventLog, notices, readiness };
    const module = dispatcher.module({ DATA_DIR: dataDir, ...env });
    const imports = [InfrastructureModule.of(parts as unknown as Infrastructure), module];
    const app = await NestFactory.createApplicationContext({ module: Root, imports }, { logger: false });
    await app.init();
    return { app, readiness };
  };

  it('as a role ticks by itself, pages, hands signed commands on, and stops', async () => {
    const pagerDuty = await startFakePagerDuty();
    const hook = await startFakeWebhook(SECRET, world.clock.nowMs);
    const { app, readiness } = await startRole({
      PAGERDUTY_URL: pagerDuty.url,
      PAGERDUTY_ROUTING_KEY: 'a'.repeat(32),
      DEPLOY_WEBHOOK_URL: hook.url,
      DEPLOY_WEBHOOK_SECRET: `whsec_${SECRET.toString('base64')}`,
    });
    await world.opens('in1');
    await world.issues('co1');
    await until('the page and the command are there', () => pagerDuty.alerts.length + hook.messages.length === 2);
    const { publicKey } = world.keys;
    const signed = signedCommandSchema.parse(hook.messages[0]?.data);
    expect(verifyCommand(signed, publicKey, world.clock.nowMs(), undefined, 0).verdict).toBe('execute');
    expect(await readiness.unready()).toEqual({});
    await app.close();
    await Promise.all([pagerDuty.close(), hook.close()]);
  });

  it('is not ready while its runs fail, and says why', async () => {
    const { app, readiness } = await startRole({});
    await world.db.database.query('alter table delivery rename to gone');
    // Other reconcilers read the table too, and may come first.
    const said = await until('deliveries fail', async () => {
      const because = (await readiness.unready())['dispatcher'];
      return because?.includes('deliveries: ') === true ? because : undefined;
    });
    expect(said).toMatch(/deliveries: .*"delivery"/);
    await world.db.database.query('alter table gone rename to delivery');
    await until('it runs again', async () => Object.keys(await readiness.unready()).length === 0);
    await app.close();
  });

  it('signs nothing, though it is given the command key: only the signer reads it', async () => {
    const COMMAND_PRIVATE_KEY = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    const { app, readiness } = await startRole({ COMMAND_PRIVATE_KEY: COMMAND_PRIVATE_KEY.toString() });
    const command = commandOf('co1', 1, world.clock.nowMs());
    await world.tell(streamOf.command('co1'), 0, event('CommandIssued', { command }));
    const published = async () => (await world.eventLog.read({ topic: 'events', partition: 0, offset: 0 }, 10)).length;
    await until('what was issued is published', async () => (await published()) === 1);
    await app.close();
    expect(await readiness.unready()).toEqual({});
    const types = (await world.eventStore.readAll(0, 10)).map(({ event: { type } }) => type);
    expect(types).toEqual(['CommandIssued']);
  });
});
