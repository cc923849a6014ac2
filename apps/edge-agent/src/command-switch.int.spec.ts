import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, until } from '#testing';
import { createFakeGateway } from './command-gateway.fake.js';
import { createFakeJournalFile } from './command-journal.fake.js';
import { startExecutor } from './command-executor.js';
import { commandsConfig, makeCommand, signed } from './command-keys.fixture.js';

describe('the kill switch of a node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switch-'));
  const path = join(folder, 'automation');
  afterAll(() => rmSync(folder, { recursive: true }));

  const play = async (section: Readonly<Record<string, unknown>>) => {
    const clock = new FakeClock();
    const gateway = createFakeGateway(clock);
    const started: string[] = [];
    const executor = await startExecutor(commandsConfig(section), {
      nodeId: 'n1',
      agentBootId: '9',
      client: gateway.client,
      clock,
      say: () => undefined,
      run: async ({ environment }) => {
        started.push(environment['TOCSIN_COMMAND_ID'] ?? '');
        return { end: { how: 'exited', code: 0 }, output: '' };
      },
      file: createFakeJournalFile(),
    });
    const give = async (generation: number): Promise<string | undefined> => {
      gateway.commands.push({ generation, signed: signed(makeCommand(generation, clock.nowMs())) });
      const last = await until('it is answered for good', async () => {
        await clock.advance(100);
        const answers = gateway.answers.filter(({ commandId }) => commandId === `c-${generation}`);
        return answers.find(({ status }) => status === 'done' || status === 'refused');
      });
      return `${last.status}: ${last.detail.split('\n')[0]}`;
    };
    return { started, give, executor };
  };

  it('B8: is read for each command: what it does not say on, or cannot say, is refused', async () => {
    const { started, give, executor } = await play({ automation_file: path });
    expect(await give(1)).toBe(`refused: switched_off: ${path} cannot be read: ENOENT`);
    writeFileSync(path, 'on\n');
    expect(await give(2)).toMatch(/^done: /);
    writeFileSync(path, 'off\n');
    expect(await give(3)).toBe(`refused: switched_off: ${path} says "off"`);
    writeFileSync(path, '');
    expect(await give(4)).toBe(`refused: switched_off: ${path} says ""`);
    writeFileSync(path, 'on');
    expect(await give(5)).toMatch(/^done: /);
    expect(started).toEqual(['c-2', 'c-5']);
    await executor.stop();
  });

  it('is off when it is a folder, and none where none is named', async () => {
    const off = await play({ automation_file: folder });
    expect(await off.give(1)).toBe(`refused: switched_off: ${folder} cannot be read: EISDIR`);
    const none = await play({});
    expect(await none.give(1)).toMatch(/^done: /);
    expect([off.started, none.started]).toEqual([[], ['c-1']]);
    await Promise.all([off.executor.stop(), none.executor.stop()]);
  });
});
