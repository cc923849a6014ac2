import type { AddressInfo } from 'node:net';
import { FakeClock } from '#testing';
import { ASK_EVERY_MS, closeWaiting, serveWaiting, waitForDatabase } from './database-wait.js';
import type { Logger } from './logger.js';
import { Meters } from './watching/meters.js';

const logger = { error: () => undefined, info: () => undefined } as unknown as Logger;

describe('waiting for the database', () => {
  it('begins nothing where it answers at once', async () => {
    const steps: string[] = [];
    const begin = async () => {
      steps.push('begun');
      return async () => undefined;
    };
    await waitForDatabase({ ask: async () => undefined, begin, clock: new FakeClock(), logger });
    expect(steps).toEqual([]);
  });

  it('lets something go on until it answers, and has ended that before it goes on', async () => {
    const clock = new FakeClock();
    const steps: string[] = [];
    const answers = ['refused', 'hangs', undefined];
    const waiting = waitForDatabase({
      ask: async () => {
        const failure = answers.shift();
        if (failure !== undefined) throw new Error(failure);
      },
      begin: async (because) => {
        steps.push(`begun: ${because()}`);
        return async () => void steps.push('ended');
      },
      clock,
      logger,
    }).then(() => steps.push('answered'));
    await clock.advance(ASK_EVERY_MS);
    expect(steps).toEqual(['begun: refused']);
    await clock.advance(ASK_EVERY_MS);
    await waiting;
    expect(steps).toEqual(['begun: refused', 'ended', 'answered']);
  });

  it('says that it lives and why it is not ready, and gives its address back', async () => {
    const meters = new Meters(new FakeClock());
    const metricsToken = 'm'.repeat(32);
    const server = await serveWaiting({ port: 0, host: '127.0.0.1', metricsToken }, () => 'connection refused', meters);
    const { port } = server.address() as AddressInfo;
    const live = await fetch(`http://127.0.0.1:${port}/healthz`);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect([live.status, ready.status]).toEqual([200, 503]);
    expect(await ready.json()).toEqual({ status: 'not ready', unready: { database: 'connection refused' } });
    const metrics = (authorization: string) =>
      fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization } });
    expect((await metrics(`Bearer ${'n'.repeat(32)}`)).status).toBe(503);
    expect(await (await metrics(`Bearer ${metricsToken}`)).text()).toContain('tocsin_meters_failed 0');
    await closeWaiting(server);
    const next = await serveWaiting({ port, host: '127.0.0.1' }, () => '', meters);
    await closeWaiting(next);
  });
});
