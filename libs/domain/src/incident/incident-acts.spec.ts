import { event } from '#contracts';
import { type Escalation, evolveEscalation, isPausedUntil } from '../escalation/escalation.js';
import { BEGUN_MS, startedOf } from '../escalation/escalation.fixture.js';
import {
  decideAcknowledgement,
  decideHandOver,
  decideNote,
  decideSnooze,
  evolveTended,
  NOTES_MAX,
  SNOOZE_MS_MAX,
} from './incident-acts.js';
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
const running = evolveEscalation(undefined, startedOf())!;
const pausedUntil = (untilMs: number | null, state: 'acknowledged' | 'snoozed' = 'acknowledged'): Escalation =>
  evolveEscalation(
    running,
    event('EscalationPaused', { incidentId: 'in1', state, by: 'operator:alice', untilMs, at: BEGUN_MS }),
  )!;
const over = { ...open, isOpen: false };

describe('what people do with an incident', () => {
  it('is given to somebody, once for the same words', () => {
    expect(decideHandOver(open, running, { to: 'bob', note: '' }, doing)).toEqual([handed]);
    expect(decideHandOver(evolveTended(open, handed)!, pausedUntil(BEGUN_MS), { to: 'bob', note: '' }, doing)).toEqual(
      [],
    );
    expect(
      decideHandOver(evolveTended(open, handed)!, pausedUntil(BEGUN_MS), { to: 'vera', note: '' }, doing),
    ).toHaveLength(1);
  });

  it('is given to whoever had it and has it no longer, once more', () => {
    const again = (escalation: Escalation) =>
      decideHandOver(evolveTended(open, handed)!, escalation, { to: 'bob', note: '' }, doing);
    expect(again(running)).toHaveLength(1);
    expect(again(pausedUntil(2_000, 'snoozed'))).toHaveLength(1);
  });

  it('is taken on, with its actor; the same again by whoever has it for good is nothing new', () => {
    const said = { note: 'mine', via: undefined };
    const taken = event('IncidentAcknowledged', { incidentId: 'in1', by: doing.by, note: 'mine', at: doing.at });
    expect(decideAcknowledgement(open, undefined, said, doing)).toEqual([taken]);
    const held = evolveTended(open, taken)!;
    for (const escalation of [undefined, pausedUntil(null)]) {
      expect(decideAcknowledgement(held, escalation, said, doing)).toEqual([]);
      expect(decideAcknowledgement(held, escalation, { ...said, note: 'found it' }, doing)).toHaveLength(1);
      expect(decideAcknowledgement(held, escalation, said, { ...doing, by: 'operator:bob' })).toHaveLength(1);
    }
  });

  it('is taken back by whoever gave it away or put it off, and taken for as long again before the time is over', () => {
    const said = { note: 'mine', via: undefined };
    const taken = event('IncidentAcknowledged', { incidentId: 'in1', by: doing.by, note: 'mine', at: doing.at });
    for (const since of [handed, snoozed]) {
      const tended = [taken, since].reduce<TendedIncident | undefined>(evolveTended, open)!;
      expect(decideAcknowledgement(tended, pausedUntil(null), said, doing)).toHaveLength(1);
    }
    expect(decideAcknowledgement(evolveTended(open, taken)!, pausedUntil(2_000), said, doing)).toHaveLength(1);
    expect(decideAcknowledgement(over, undefined, said, doing)).toMatchObject({ refused: 'INCIDENT_NOT_OPEN' });
  });

  it('is not put off where nobody is called: it would never come back', () => {
    expect(decideSnooze(open, undefined, { untilMs: 2_000, comment: 'busy' }, doing)).toMatchObject({
      refused: 'ESCALATION_NONE',
    });
  });

  it('calls nobody until a moment while somebody has it that long', () => {
    expect(
      [pausedUntil(null), pausedUntil(2_000), pausedUntil(2_000, 'snoozed')].map((each) => isPausedUntil(each, 2_000)),
    ).toEqual([true, true, true]);
    expect([undefined, running, pausedUntil(1_999)].map((each) => isPausedUntil(each, 2_000))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is put off until a moment ahead, a day at most', () => {
    const asked = { untilMs: 2_000, comment: 'busy' };
    expect(decideSnooze(open, running, asked, doing)).toEqual([snoozed]);
    expect(decideSnooze(evolveTended(open, snoozed)!, running, asked, doing)).toEqual([]);
    expect(decideSnooze(open, running, { ...asked, untilMs: 1_000 }, doing)).toMatchObject({ refused: 'BODY_INVALID' });
    const tooLong = { ...asked, untilMs: doing.at + SNOOZE_MS_MAX + 1 };
    expect(decideSnooze(open, running, tooLong, doing)).toMatchObject({ refused: 'BODY_INVALID' });
  });

  it('takes neither once it is over, and notes all the same, up to a bound', () => {
    expect(decideHandOver(over, running, { to: 'bob', note: '' }, doing)).toMatchObject({
      refused: 'INCIDENT_NOT_OPEN',
    });
    expect(decideSnooze(over, running, { untilMs: 2_000, comment: 'x' }, doing)).toMatchObject({
      refused: 'INCIDENT_NOT_OPEN',
    });
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
