import { event } from '#contracts';
import { evolveRefused, refusedAnswers, type RefusedCommands } from './refused-commands.js';

const refusedOf = (commandId: string) =>
  event('CommandRefused', {
    commandId,
    audience: ['n1', 'n2'],
    code: 'wave',
    because: 'wave 1 is not verified',
    at: 7,
  });
const NOBODY = { rollbacks: new Map(), redirects: new Map() };

describe('commands that the signer refused', () => {
  it('are answered as if each of their nodes had refused, with the reason of the signer', () => {
    const refusedCommands = evolveRefused(new Map(), refusedOf('co1')) ?? new Map();
    expect(refusedAnswers({ ...NOBODY, refusedCommands })).toMatchObject([
      { nodeId: 'n1', commandId: 'co1', status: 'refused', atUs: 7_000 },
      { nodeId: 'n2', detail: 'the signer did not sign it, wave: wave 1 is not verified' },
    ]);
  });

  it('are remembered up to a bound, the newest of them', () => {
    let refusedCommands: RefusedCommands = new Map();
    for (let index = 0; index < 250; index++)
      refusedCommands = evolveRefused(refusedCommands, refusedOf(`co${index}`)) ?? refusedCommands;
    expect([refusedCommands.size, refusedCommands.has('co249'), refusedCommands.has('co149')]).toEqual([
      100,
      true,
      false,
    ]);
  });

  it('are no concern of other events', () => {
    expect(evolveRefused(new Map(), event('WaveVerified', { rollbackId: 'r', wave: 1, because: '', at: 0 }))).toBe(
      undefined,
    );
  });
});
