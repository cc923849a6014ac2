import { decideSuperseded, HELD_UP_MS, type ToldBefore, type Unsent } from './superseded.decide.js';

const NOTHING: ToldBefore = { isAccepted: false, isCallGivenUp: false };
const unsent = (action: Unsent['action'], changes: Partial<Unsent> = {}): Unsent => ({
  deliveryId: action,
  subject: 'page',
  action,
  body: { title: 't', severity: 'critical', at: 1 },
  attempts: 0,
  isLost: false,
  requestedAt: 0,
  ...changes,
});
const decided = (queue: readonly Unsent[], before = NOTHING, nowMs = HELD_UP_MS) =>
  decideSuperseded(queue, before, nowMs);
const dropped = (...of: Parameters<typeof decided>) => decided(...of).superseded.map(({ deliveryId }) => deliveryId);

describe('decideSuperseded', () => {
  it('B11: a call and its end that were both held up become one notice of low urgency that says both', () => {
    const queue = [
      unsent('trigger'),
      unsent('update'),
      unsent('resolve', { body: { title: 't', at: 9, because: 'well' } }),
    ];
    expect(decided(queue)).toEqual({
      superseded: ['trigger', 'update', 'resolve'].map((deliveryId) => ({
        deliveryId,
        because: 'it began and ended before it could be told: one notice says both',
      })),
      notice: {
        body: {
          title: 'began and ended before it could be told: t',
          at: 9,
          because: 'well',
          severity: 'info',
          over: { startedAt: 1, resolvedAt: 9 },
        },
        endBody: { title: 't', at: 9, because: 'well', severity: 'info' },
      },
    });
  });

  it('B11: that notice is sent though its own end waits behind it', () => {
    const notice = unsent('update', { attempts: 1, body: { title: 't', over: { startedAt: 1, resolvedAt: 9 } } });
    expect(dropped([notice, unsent('resolve')])).toEqual([]);
    expect(dropped([unsent('update', { attempts: 1 }), unsent('resolve')])).toEqual(['update']);
  });

  it('what is on its way leaves as it was asked for, and so does what was never tried within five seconds', () => {
    const queue = [unsent('trigger'), unsent('resolve')];
    expect(dropped(queue, NOTHING, HELD_UP_MS - 1)).toEqual([]);
    expect(dropped([unsent('trigger', { attempts: 1 }), unsent('resolve')], NOTHING, 1)).toEqual([
      'trigger',
      'resolve',
    ]);
  });

  it('B11: a call that may have arrived is sent again and resolved after it', () => {
    const queue = [unsent('trigger', { isLost: true, attempts: 1 }), unsent('update'), unsent('resolve')];
    expect(decided(queue)).toEqual({
      superseded: [{ deliveryId: 'update', because: 'it is over: its resolve says so' }],
    });
  });

  it('a newer update takes the place of an older one that says nothing beside it', () => {
    const widens = (deliveryId: string, key: string) =>
      unsent('update', { deliveryId, body: { widens: { scope: 'fleet', key, reason: 'r' } } });
    const update = (deliveryId: string) => unsent('update', { deliveryId });
    expect(dropped([update('u1'), widens('w1', 'a'), update('u2'), widens('w2', 'b'), update('u3')])).toEqual([
      'u1',
      'u2',
    ]);
    expect(dropped([unsent('trigger'), update('u1')])).toEqual([]);
    const status = (deliveryId: string) => unsent('status_update', { deliveryId, subject: 'status' });
    expect(dropped([status('s1'), status('s2')])).toEqual(['s1']);
  });

  it('after its trigger was accepted a resolve takes the place of news, and not of what was asked for', () => {
    const queue = [unsent('update'), unsent('acknowledge'), unsent('request'), unsent('resolve')];
    expect(dropped(queue, { ...NOTHING, isAccepted: true })).toEqual(['update', 'acknowledge']);
  });

  it('B11: what would end a call that was refused is not sent, and what may have been taken is ended', () => {
    const refused = { isAccepted: false, isCallGivenUp: true };
    expect(dropped([unsent('resolve')], refused, 0)).toEqual(['resolve']);
    expect(dropped([unsent('acknowledge'), unsent('resolve')], refused, 0)).toEqual(['acknowledge']);
    expect(dropped([unsent('resolve')], { isAccepted: true, isCallGivenUp: true }, 0)).toEqual([]);
    expect(dropped([unsent('resolve')], NOTHING, 0)).toEqual([]);
  });

  it('commands are never superseded', () => {
    expect(dropped([unsent('command', { subject: 'command' }), unsent('resolve')])).toEqual([]);
    expect(dropped([])).toEqual([]);
  });
});
