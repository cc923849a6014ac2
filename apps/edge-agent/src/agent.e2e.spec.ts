import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createKnot,
  describeKnot,
  type KnotServer,
  mixedQuery,
  type OpenLoopQueries,
  sendQueries,
  until,
} from '#testing';
import { systemClock } from './clock.js';
import { listenForTap, type TapSocket } from './tap-socket.js';

/** Numbers from 0 to 1, the same each time. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

describeKnot('a tap', () => {
  let folder: string;
  let knot: KnotServer;
  let socket: TapSocket;
  let load: OpenLoopQueries;
  const told: string[] = [];
  let payloads = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-knot-'));
    const tapSocket = join(folder, 'tap.sock');
    socket = await listenForTap([{ kind: 'unix', path: tapSocket, mode: 0o660 }], systemClock, {
      onStart: () => told.push('start'),
      onPayload: () => (payloads += 1),
      onStop: () => told.push('stop'),
      onLost: () => told.push('lost'),
      onRefused: (detail) => told.push(detail),
    });
    knot = await createKnot({ directory: folder, tapSocket, version: '2.1.5' });
    await knot.start();
    const random = seeded(1);
    load = await sendQueries({ port: knot.port, perSecond: 500, next: () => mixedQuery(random) });
  });
  afterAll(async () => {
    await load.stop();
    await knot.end('SIGKILL');
    await socket.close();
    await rm(folder, { recursive: true });
  });

  it('of a real server tells answers, a crash by its missing STOP, and a clean end by its STOP', async () => {
    await until('frames come', () => payloads > 1_000);
    await knot.end('SIGSEGV');
    await until('the loss is told', () => told.includes('lost'));
    await knot.start();
    await until('it is heard again', () => told.filter((word) => word === 'start').length === 2);
    await knot.end('SIGTERM');
    await until('the end is told', () => told.includes('stop'));
    expect(told).toEqual(['start', 'lost', 'start', 'stop']);
  });
});
