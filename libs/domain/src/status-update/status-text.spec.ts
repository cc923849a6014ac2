import { STATUS_TITLE_MAX } from '#contracts';
import { statusTitleOf } from './status-text.js';

describe('the title of status updates', () => {
  it.each([
    [[], 'Some DNS queries fail'],
    [['us-east', 'europe'], 'Some DNS queries fail in US East and Europe'],
    [['a1', 'a2', 'a3', 'a4', 'a5', 'a6'], 'Some DNS queries fail in A1, A2, A3, A4, A5 and 1 more region'],
  ])('names the regions: %j', (regions, title) => {
    expect(statusTitleOf({ signal: 'success_rate', regions })).toBe(title);
  });

  it('names as many as have room', () => {
    const regions = Array.from({ length: 7 }, (_, index) => `${index}`.padEnd(64, 'x'));
    const title = statusTitleOf({ signal: 'success_rate', regions });
    expect(title.length).toBeLessThanOrEqual(STATUS_TITLE_MAX);
    expect(title).toMatch(/^Some DNS queries fail in 0x+, 1x+ and 5 more regions$/);
    expect(statusTitleOf({ signal: 'latency', regions: ['x'.repeat(256)] })).toBe('DNS queries are answered slowly');
  });
});
