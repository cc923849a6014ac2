import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigError } from '#config';
import { signedCommandSchema, verifyCommand } from '#contracts';
import { type Infrastructure, InfrastructureModule, Readiness } from '#runtime';
import { until } from '#testing';
import { startFakePagerDuty } from './channels/pagerduty.fake.js';
import { startFakeWebhook } from './channels/webhook.fake.js';
import { openCommandKey } from './command-key.js';
import { readDispatcherSettings } from './dispatcher.config.js';
import { World } from './dispatcher.fixture.js';
import { dispatcher } from './dispatcher.role.js';

const SECRET = Buffer.alloc(32, 7);

@Module({})
class Root {}

describe('the dispatcher', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open();
  });
  afterEach(() => world.close());

  const folder = () => mkdtempSync(join(tmpdir(), 'dispatcher-'));
  const startRole = async (env: Record<string, string>) => {
    const readiness = new Readiness();
    const { clock, logger, eventStore, eventLog } = world;
    const parts = { database: world.db.database, clock, logger, eventStore, eventLog, readiness };
    const imports = [InfrastructureModule.of(parts as unknown as Infrastructure), dispatcher.module(env)];
    const app = await NestFactory.createApplicationContext({ module: Root, imports }, { logger: false });
    await app.init();
    return { app, readiness };
  };

  it('as a role ticks by itself, signs under a generated key, pages and commands, and stops', async () => {
    const pagerDuty = await startFakePagerDuty();
    const hook = await startFakeWebhook(SECRET, world.clock.nowMs);
    const dataDir = join(folder(), 'data');
    const { app, readiness } = await startRole({
      DATA_DIR: dataDir,
      PAGERDUTY_URL: pagerDuty.url,
      PAGERDUTY_ROUTING_KEY: 'a'.repeat(32),
      DEPLOY_WEBHOOK_URL: hook.url,
      DEPLOY_WEBHOOK_SECRET: `whsec_${SECRET.toString('base64')}`,
    });
    await world.opens('in1');
    await world.issues('co1');
    await until('the page and the command are there', () => pagerDuty.alerts.length + hook.messages.length === 2);
    const publicKey = createPublicKey(readFileSync(join(dataDir, 'command-key.pub.pem')));
    const signed = signedCommandSchema.parse(hook.messages[0]?.data);
    expect(verifyCommand(signed, publicKey, world.clock.nowMs(), undefined, 0).verdict).toBe('execute');
    expect(await readiness.unready()).toEqual({});
    await app.close();
    await Promise.all([pagerDuty.close(), hook.close()]);
  });

  it('is not ready while its runs fail, and says why', async () => {
    const { app, readiness } = await startRole({ DATA_DIR: folder() });
    await world.db.database.query('alter table delivery rename to gone');
    const said = await until('it says so', async () => (await readiness.unready())['dispatcher']);
    expect(said).toMatch(/^deliveries: .*delivery/);
    await world.db.database.query('alter table gone rename to delivery');
    await until('it runs again', async () => Object.keys(await readiness.unready()).length === 0);
    await app.close();
  });

  it('keeps the generated key: readable by its owner alone, the same for all that start at once and later', async () => {
    const dataDir = folder();
    const settings = readDispatcherSettings({ DATA_DIR: dataDir });
    const keys = await Promise.all(Array.from({ length: 5 }, () => openCommandKey(settings, world.logger)));
    keys.push(await openCommandKey(settings, world.logger));
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
    expect(readdirSync(dataDir).toSorted()).toEqual(['command-key.pem', 'command-key.pub.pem']);
    expect(statSync(join(dataDir, 'command-key.pem')).mode & 0o777).toBe(0o600);
    expect(world.lines.some(({ fields }) => fields['commandKeyId'] === keys[0]?.keyId)).toBe(true);
  });

  it('does not start with a kept key that is none', async () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, 'command-key.pem'), 'x');
    await expect(openCommandKey(readDispatcherSettings({ DATA_DIR: dataDir }), world.logger)).rejects.toThrow(
      ConfigError,
    );
  });
});
