import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeControl } from '#domain';
import { FakeClock, until } from '#testing';
import { listenForTap, type SocketAddress, type TapSocket } from './tap-socket.js';

const data = (...bytes: number[]): Buffer => Buffer.from([0, 0, 0, bytes.length, ...bytes]);
const [READY, START, STOP] = [encodeControl('ready'), encodeControl('start'), encodeControl('stop')];
const [ACCEPT, FINISH] = [Buffer.from(encodeControl('accept')), Buffer.from(encodeControl('finish'))];

let folder: string;
let clock: FakeClock;
let tap: TapSocket;
const sockets: Socket[] = [];
const told: string[] = [];
const listener = {
  onStart: (connection: number) => void told.push(`start ${connection}`),
  onPayload: (payload: Uint8Array) => void told.push(`data ${[...payload].join()}`),
  onStop: (connection: number) => void told.push(`stop ${connection}`),
  onLost: (connection: number, detail: string) => void told.push(`lost ${connection}: ${detail}`),
  onRefused: (detail: string) => void told.push(`refused: ${detail}`),
};
const addressOf = (kind: 'unix' | 'tcp'): SocketAddress =>
  kind === 'tcp' ? { kind, host: '127.0.0.1', port: 0 } : { kind, path: join(folder, 'tap.sock'), mode: 0o660 };

/** A sender, with what it was answered and whether it is closed. */
const sender = async (kind: 'unix' | 'tcp') => {
  const socket = kind === 'tcp' ? connect(tap.port, '127.0.0.1') : connect(join(folder, 'tap.sock'));
  sockets.push(socket);
  const state = { socket, answers: Buffer.alloc(0), isClosed: false };
  socket.on('data', (piece: Buffer) => (state.answers = Buffer.concat([state.answers, piece])));
  socket.on('close', () => (state.isClosed = true));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return state;
};
const wasTold = (what: string): Promise<boolean> => until(what, () => told.includes(what));

beforeEach(() => {
  told.length = 0;
  clock = new FakeClock();
  folder = mkdtempSync(join(tmpdir(), 'tocsin-tap-'));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await tap.close().catch(() => undefined);
  rmSync(folder, { recursive: true });
});

describe.each(['unix', 'tcp'] as const)('a tap over %s', (kind) => {
  beforeEach(async () => {
    tap = await listenForTap([addressOf(kind)], clock, listener);
  });

  it('serves a sender that wants answers', async () => {
    const one = await sender(kind);
    one.socket.write(READY);
    await until('ACCEPT came', () => one.answers.equals(ACCEPT));
    for (const byte of Buffer.concat([START, data(7, 8), STOP])) one.socket.write(Buffer.of(byte));
    await until('FINISH came', () => one.answers.equals(Buffer.concat([ACCEPT, FINISH])));
    await until('it is closed', () => one.isClosed);
    expect(told).toEqual(['start 1', 'data 7,8', 'stop 1']);
  });

  it('serves a sender that wants none: START comes without READY', async () => {
    const one = await sender(kind);
    one.socket.write(Buffer.concat([START, data(1)]));
    await wasTold('data 1');
    expect(one.answers).toHaveLength(0);
    one.socket.end(STOP);
    await wasTold('stop 1');
  });

  it('serves several at once, and tells them apart', async () => {
    const [one, two] = [await sender(kind), await sender(kind)];
    one.socket.write(Buffer.concat([START, data(1)]));
    await wasTold('data 1');
    two.socket.write(Buffer.concat([READY, START, data(2)]));
    await wasTold('data 2');
    one.socket.end(data(9, 9, 9).subarray(0, 5));
    await wasTold('lost 1: the tap closed without STOP, 1 of 3 bytes into a frame');
    two.socket.write(Buffer.concat([data(3), STOP]));
    await wasTold('stop 2');
    expect(told.filter((line) => line.startsWith('start'))).toEqual(['start 1', 'start 2']);
  });

  it.each([
    [
      'READY with a foreign content type',
      [encodeControl('ready', 'protobuf:other')],
      'content_type_foreign, length 26',
    ],
    ['START with a foreign content type', [READY, encodeControl('start', 'x')], 'content_type_foreign, length 13'],
    ['a second READY', [READY, READY], 'READY out of order'],
    ['READY after START', [START, READY], 'READY out of order'],
    ['a second START', [START, START], 'START out of order'],
    ['FINISH from a sender', [encodeControl('finish')], 'FINISH out of order'],
    ['data before START', [data(1)], 'data_before_start, length 1'],
    ['a frame above the bound', [START, Buffer.of(0, 0x20, 0, 0)], `frame_too_long, length ${0x20_0000}`],
  ])('refuses %s, and closes', async (_what, pieces, detail) => {
    const one = await sender(kind);
    one.socket.write(Buffer.concat(pieces));
    await until('it is closed', () => one.isClosed);
    expect(told.filter((line) => line.startsWith('refused'))).toEqual([`refused: ${detail}`]);
    expect(told.filter((line) => line.startsWith('lost'))).toEqual([]);
    // Who began to send has ended, once.
    expect(told.filter((line) => line.startsWith('stop'))).toHaveLength(told.includes('start 1') ? 1 : 0);
  });

  it('closes who never starts, and who stays within a frame; who is only quiet may stay', async () => {
    const [mute, quiet, stuck] = [await sender(kind), await sender(kind), await sender(kind)];
    quiet.socket.write(Buffer.concat([START, data(1)]));
    stuck.socket.write(Buffer.concat([START, data(2), data(3, 3).subarray(0, 5)]));
    await wasTold('data 1');
    await wasTold('data 2');
    await clock.advance(15_000);
    await until('the mute one is closed', () => mute.isClosed);
    await clock.advance(20_000);
    await until('the stuck one is closed', () => stuck.isClosed);
    expect(told.filter((line) => line.startsWith('refused'))).toEqual([
      'refused: no START in 10000 ms',
      'refused: a frame not whole in 30000 ms',
    ]);
    await clock.advance(60_000);
    quiet.socket.write(data(4));
    await wasTold('data 4');
  });

  it('keeps a sender whose pieces never end with a frame', async () => {
    const busy = await sender(kind);
    busy.socket.write(Buffer.concat([START, data(0, 0).subarray(0, 5)]));
    await wasTold('start 1');
    for (let second = 1; second <= 60; second += 1) {
      await clock.advance(1_000);
      busy.socket.write(Buffer.concat([Buffer.of(0), data(second, 0).subarray(0, 5)]));
      await wasTold(`data ${second - 1},0`);
    }
    expect(told.filter((line) => line.startsWith('refused'))).toEqual([]);
  });

  it('closes who stays after STOP', async () => {
    const socket = connect({
      ...(kind === 'tcp' ? { port: tap.port } : { path: join(folder, 'tap.sock') }),
      allowHalfOpen: true,
    });
    sockets.push(socket);
    let isClosed = false;
    socket.on('close', () => (isClosed = true));
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(Buffer.concat([START, STOP, START, data(5)]));
    await wasTold('stop 1');
    await clock.advance(15_000);
    socket.write('x');
    socket.end();
    await until('it is closed', () => isClosed);
    expect(told).toEqual(['start 1', 'stop 1']);
  });

  it('has room for 64, and for more when some leave', async () => {
    const all = await Promise.all(Array.from({ length: 64 }, () => sender(kind)));
    const extra = await sender(kind);
    await until('the one too many is closed', () => extra.isClosed);
    for (const { socket } of all.slice(0, 32)) socket.destroy();
    await until('a new one is served', async () => {
      const next = await sender(kind);
      next.socket.write(START);
      await until('it starts or is closed', () => next.isClosed || told.length > 0);
      return told.length > 0;
    });
    expect(told).toEqual([expect.stringMatching(/^start \d+$/)]);
  });

  it('that is closed by us is no crash', async () => {
    const one = await sender(kind);
    one.socket.write(START);
    await wasTold('start 1');
    await tap.close();
    expect(told).toEqual(['start 1', 'stop 1']);
  });
});

describe('several addresses', () => {
  it('are one tap: a server on each, told apart', async () => {
    tap = await listenForTap([addressOf('unix'), addressOf('tcp')], clock, listener);
    const [one, two] = [await sender('unix'), await sender('tcp')];
    one.socket.write(Buffer.concat([START, data(1)]));
    await wasTold('data 1');
    two.socket.write(Buffer.concat([START, data(2)]));
    await wasTold('data 2');
    one.socket.destroy();
    two.socket.end(STOP);
    await until('both ended', () => told.length === 6);
    const ends = told.filter((line) => /^(?:lost|stop)/.test(line)).map((line) => line.slice(0, 4));
    expect(ends.toSorted()).toEqual(['lost', 'stop']);
    expect(told).toEqual(expect.arrayContaining(['start 1', 'start 2']));
  });
});

describe('a tap over tcp', () => {
  it('closes a peer that was silent for ten minutes: it may be gone without a word', async () => {
    tap = await listenForTap([addressOf('tcp')], clock, listener);
    const one = await sender('tcp');
    one.socket.write(Buffer.concat([START, data(1)]));
    await wasTold('data 1');
    await clock.advance(610_000);
    await until('it is closed', () => one.isClosed);
    expect(told.slice(2)).toEqual(['refused: nothing in 600000 ms', 'stop 1']);
  });
});

describe('a tap over unix', () => {
  it.each([0o660, 0o600, 0o666])('has the mode it was given: %o', async (mode) => {
    const path = join(folder, 'tap.sock');
    const umask = process.umask();
    tap = await listenForTap([{ kind: 'unix', path, mode }], clock, listener);
    expect(statSync(path).mode & 0o777).toBe(mode);
    expect(process.umask()).toBe(umask);
  });

  it('says where it cannot listen', async () => {
    tap = await listenForTap([addressOf('unix')], clock, listener);
    const nowhere = listenForTap([{ kind: 'unix', path: join(folder, 'none', 'x'), mode: 0o660 }], clock, listener);
    await expect(nowhere).rejects.toThrow(join(folder, 'none', 'x'));
  });
});
