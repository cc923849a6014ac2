import { dayOf2021, struckNodes } from './decisions.fixture.js';
import type { EventTimeDay } from './event-time-day.fixture.js';
import { type Executor, losingFirst, mute, obeying, unhelpful } from './executors.fixture.js';
import { buildFleet } from './fleet.js';

const fleet = buildFleet(48);

const playWith = (executor: Executor): EventTimeDay => {
  const day = dayOf2021(fleet, 1, 30, { executor });
  day.play(20, 1_000);
  day.corrupt(struckNodes(fleet));
  day.play(30);
  return day.play(300, 1_000);
};

const callsOf = (day: EventTimeDay) =>
  day.all('IncidentEscalated').flatMap(({ data: { to, rollback } }) => (rollback ? [{ to, step: rollback.step }] : []));

describe('a fleet that makes of a rollback what it should not', () => {
  it('R32: it acknowledges and does not improve: nothing after wave 1, and the VP is called', () => {
    const day = playWith(unhelpful());
    expect(day.all('WaveCommanded').map(({ data }) => data.wave)).toEqual([1]);
    expect(day.all('RollbackStopped')).toHaveLength(1);
    expect(callsOf(day)).toEqual([{ to: 'vp', step: 'ineffective' }]);
  });

  it('R32: it improves and never acknowledges: nothing after wave 1, and the VP is called', () => {
    const day = playWith(mute());
    expect(day.all('WaveCommanded').map(({ data }) => data.wave)).toEqual([1]);
    expect(day.all('WaveRepeated')).toHaveLength(1);
    expect(day.all('RollbackStopped')).toHaveLength(1);
    expect(callsOf(day)).toEqual([{ to: 'vp', step: 'unconfirmed' }]);
  });

  it('B8: the first copy of a command is lost: the same one is sent again and obeyed, and nobody is called', () => {
    const day = playWith(losingFirst(obeying()));
    expect(day.all('WaveCommanded').length).toBeGreaterThan(1);
    expect(day.all('WaveVerified').length).toBeGreaterThan(0);
    expect(day.all('WaveRepeated').length).toBeGreaterThan(0);
    expect(callsOf(day)).toEqual([]);
  });
});
