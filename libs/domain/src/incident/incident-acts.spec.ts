import { event } from '#contracts';
import { decideHandOver, decideNote, decideSnooze, evolveTended, NOTES_MAX, SNOOZE_MS_MAX } from './incident-acts.js';
import type { TendedIncident } from './incident-acts.js';

const doing = { by: 'operator:alice', at: 1_000 };
const open: TendedIncident = { incidentId: 'in1', isOpen: true, last: undefined, notes: 0 };
const handed = event('IncidentHandedOver', { incidentId: 'in1', by: doing.by, to: 'bob', note: '', at: 1_000 });
const snoozed = event('IncidentSnoozed', {
  incidentId: 'in1',
  by: doing.by,
  untilMs: 2_000,
  comment: 'busy',
  at: 1_000,
});
const over = { ...open, isOpen: false };

describe('what people do with an incident', () => {
  it('is given to somebody, once for the same words', () => {
    expect(decideHandOver(open, { to: 'bob', note: '' }, doing)).toEqual([handed]);
    expect(decideHandOver(evolveTended(open, handed)!, { to: 'bob', note: '' }, doing)).toEqual([]);
    expect(decideHandOver(evolveTended(open, handed)!, { to: 'vera', note: '' }, doing)).toHaveLength(1);
  });

  it('is put off until a moment ahead, a day at most', () => {
    const asked = { untilMs: 2_000, comment: 'busy' };
    expect(decideSnooze(open, asked, doing)).toEqual([snoozed]);
    expect(decideSnooze(evolveTended(open, snoozed)!, asked, doing)).toEqual([]);
    expect(decideSnooze(open, { ...asked, untilMs: 1_000 }, doing)).toMatchObject({ refused: 'BODY_INVALID' });
    const tooLong = { ...asked, untilMs: doing.at + SNOOZE_MS_MAX + 1 };
    expect(decideSnooze(open, tooLong, doing)).toMatchObject({ refused: 'BODY_INVALID' });
  });

  it('takes neither once it is over, and notes all the same, up to a bound', () => {
    expect(decideHandOver(over, { to: 'bob', note: '' }, doing)).toMatchObject({ refused: 'INCIDENT_NOT_OPEN' });
    expect(decideSnooze(over, { untilMs: 2_000, comment: 'x' }, doing)).toMatchObject({ refused: 'INCIDENT_NOT_OPEN' });
    expect(decideNote(over, { text: 'loss', via: 'slack' }, doing)).toEqual([
      event('IncidentNoted', { incidentId: 'in1', by: doing.by, text: 'loss', via: 'slack', at: doing.at }),
    ]);
    expect(decideNote({ ...over, notes: NOTES_MAX }, { text: 'loss' }, doing)).toMatchObject({
      refused: 'NOTES_TOO_MANY',
    });
  });

  it('is known from its stream', () => {
    const noted = event('IncidentNoted', { incidentId: 'in1', by: 'a', text: 'loss', at: 1 });
    expect(evolveTended(undefined, noted)).toBeUndefined();
    expect([snoozed, noted, handed].reduce<TendedIncident | undefined>(evolveTended, open)).toEqual({
      ...open,
      last: handed,
      notes: 1,
    });
    const resolved = event('IncidentResolved', { incidentId: 'in1', because: 'recovered', at: 2 });
    expect(evolveTended(open, resolved)).toEqual(over);
  });
});
