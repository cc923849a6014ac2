import { event } from '#contracts';
import { isEcho } from './echo.decide.js';

const answer = { incidentId: 'in1', by: 'pagerduty:bob', note: '', at: 1_000 };
const byPagerDuty = event('IncidentAcknowledged', { ...answer, via: 'pagerduty' });
const there = { dedupKey: 'in1', channel: 'pagerduty' };
const contact = (channel: string, address: string | null = null) => ({
  dedupKey: 'in1',
  channel,
  address,
  person: null,
});

describe('an acknowledgement that came from a receiver', () => {
  it('is not told there again, and is everywhere else', () => {
    expect(isEcho(byPagerDuty, undefined, there)).toBe(true);
    expect(isEcho(byPagerDuty, undefined, { ...there, channel: 'slack' })).toBe(false);
    expect(isEcho(event('IncidentAcknowledged', answer), undefined, there)).toBe(false);
  });

  it('is told there under the keys of calls beside the page, which it was not about', () => {
    expect(isEcho(byPagerDuty, undefined, { ...there, dedupKey: 'in1:vp' })).toBe(false);
  });

  it('is told there where a plan calls several through that channel, since nobody knows whose answer it was', () => {
    const one = { called: [contact('pagerduty', 'alice'), contact('slack')] };
    expect(isEcho(byPagerDuty, one, there)).toBe(true);
    const several = { called: [...one.called, contact('pagerduty', 'bob')] };
    expect(isEcho(byPagerDuty, several, there)).toBe(false);
  });

  it('is not the end', () => {
    expect(isEcho(event('IncidentResolved', { incidentId: 'in1', because: 'over', at: 1_000 }), undefined, there)).toBe(
      false,
    );
  });
});
