import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigError } from '#config';
import { verifyCommand } from '#contracts';
import { type Infrastructure, InfrastructureModule, Readiness } from '#runtime';
import { until } from '#testing';
import { openCommandKey } from './command-key.js';
import { readSignerSettings } from './signer.config.js';
import { SignerWorld } from './signer.fixture.js';
import { signer } from './signer.role.js';

@Module({})
class Root {}

describe('the signer as a role', () => {
  let world: SignerWorld;
  beforeEach(async () => {
    world = await SignerWorld.open();
  });
  afterEach(() => world.close());

  const folder = () => mkdtempSync(join(tmpdir(), 'signer-'));
  const startRole = async (env: Record<string, string>) => {
    const readiness = new Readiness();
    const { clock, logger, eventStore, notices } = world;
    const catalogue = { current: () => ({ nodes: [] }) };
    const parts = { database: world.db.database, clock, logger, eventStore, catalogue, notices, readiness };
    const imports = [InfrastructureModule.of(parts as unknown as Infrastructure), signer.module(env)];
    const app = await NestFactory.createApplicationContext({ module: Root, imports }, { logger: false });
    await app.init();
    return { app, readiness };
  };

  it('ticks by itself, signs under a generated key, and stops; it is given no log of telemetry', async () => {
    const dataDir = join(folder(), 'data');
    const { app, readiness } = await startRole({ DATA_DIR: dataDir });
    await world.issues(1, 1);
    const signed = await until('it is signed', async () => (await world.signed())[0]?.signed);
    const publicKey = createPublicKey(readFileSync(join(dataDir, 'command-key.pub.pem')));
    expect(verifyCommand(signed, publicKey, world.clock.nowMs(), undefined, 0).verdict).toBe('execute');
    expect(await readiness.unready()).toEqual({});
    await app.close();
  });

  it('is not ready while its runs fail, and says why', async () => {
    const { app, readiness } = await startRole({ DATA_DIR: folder() });
    await world.db.database.query('alter table command rename to gone');
    const said = await until('it says so', async () => (await readiness.unready())['signer']);
    expect(said).toMatch(/^sign: .*command/);
    await world.db.database.query('alter table gone rename to command');
    await until('it runs again', async () => Object.keys(await readiness.unready()).length === 0);
    await app.close();
  });

  it('keeps the generated key: readable by its owner alone, the same for all that start at once and later', async () => {
    const dataDir = folder();
    const settings = readSignerSettings({ DATA_DIR: dataDir });
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
    await expect(openCommandKey(readSignerSettings({ DATA_DIR: dataDir }), world.logger)).rejects.toThrow(ConfigError);
  });
});
