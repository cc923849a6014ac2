import { request } from 'node:http';
import type { FleetCommand } from '#contracts';
import { until } from '#testing';
import { send, serveGateway, type ServedGateway } from './gateway.fixture.js';

let served: ServedGateway;
let key: string;
beforeEach(async () => {
  served = await serveGateway();
  key = await served.keyOf('node', 'n1');
});
afterEach(() => served.stop());

const commandFor = (
  audience: string[],
  generation: number,
  expiresAtMs = served.clock.nowMs() + 60_000,
): FleetCommand => ({
  signed: { payload: `payload ${generation}`, signature: 's', keyId: 'k' },
  generation,
  audience,
  expiresAtMs,
});
const publish = async (...commands: FleetCommand[]): Promise<void> => {
  const records = commands.map((command) => ({
    key: `c${command.generation}`,
    value: Buffer.from(JSON.stringify(command)),
  }));
  await served.parts.eventLog.append('fleet.commands', records);
};
const ask = (nodeId: string, query: string, authorization = key) =>
  send(served.url, 'GET', `/v1/nodes/${nodeId}/commands?${query}`, { authorization });
const isAsleep = () => until('the poll waits', () => served.clock.sleeping > 0);

describe('commands for an agent', () => {
  it('wake a poll that waits, oldest first, and are not given again', async () => {
    const polled = ask('n1', 'after=0');
    await isAsleep();
    await publish(commandFor(['n2'], 1), commandFor(['n1', 'n2'], 2), commandFor(['n1'], 3));
    const woken = (await polled).body['commands'] as { payload: string }[];
    expect(woken[0]).toMatchObject({ payload: 'payload 2' });
    const all = await until('both are there', async () => {
      const { body } = await ask('n1', 'after=0&waitMs=0');
      return (body['commands'] as unknown[]).length === 2 && body;
    });
    expect(all).toMatchObject({ commands: [{ payload: 'payload 2' }, { payload: 'payload 3' }], after: 3 });
    expect((await ask('n1', 'after=3&waitMs=0')).body).toEqual({ commands: [], after: 3 });
  });

  it('are nothing when the time is over, or the command is', async () => {
    const polled = ask('n1', 'after=5&waitMs=1000');
    await isAsleep();
    await publish(commandFor(['n1'], 6, served.clock.nowMs() - 1));
    await served.clock.advance(1_000);
    expect((await polled).body).toEqual({ commands: [], after: 5 });
  });

  it('are for the node of the key alone, or for a collector', async () => {
    expect(await ask('n2', 'waitMs=0')).toMatchObject({ status: 403, body: { code: 'NODE_FOREIGN' } });
    expect(await ask('n2', 'waitMs=0', await served.keyOf('ingest'))).toMatchObject({ status: 200 });
    expect(await ask('n2', 'waitMs=0', await served.keyOf('viewer'))).toMatchObject({ status: 403 });
    expect(await ask('n1', 'waitMs=99999')).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } });
  });

  it('are not waited for by an agent that went away', async () => {
    const asked = request(new URL('/v1/nodes/n1/commands?after=0', served.url), { headers: { authorization: key } });
    asked.on('error', () => undefined).end();
    await isAsleep();
    asked.destroy();
    await until('nobody waits', () => served.clock.sleeping === 0);
    expect(served.stopped).toEqual([]);
  });

  it('do not hold up the end of the process', async () => {
    const polled = ask('n1', 'after=0').catch(() => undefined);
    await isAsleep();
    await served.close();
    await polled;
    expect(served.stopped).toEqual([]);
  });
});
