import { readArguments } from './arguments.js';
import { formatDoor } from './door-views.js';

const ALERT = {
  alertId: 'al1',
  rule: 'external:pagerduty:ping',
  scope: 'external',
  key: 'n1|us-east',
  severity: 'warning',
  state: 'firing',
  firedAt: 1_626_969_600_000,
  resolvedAt: null,
  reason: { text: 'n1 does not answer' },
};

describe('alerts on the terminal', () => {
  it('B19: the open ones are listed with what ends them: their ids', () => {
    expect(readArguments(['alert', 'ls'])).toMatchObject({
      request: { method: 'get', path: expect.stringMatching(/^\/v1\/alerts\?state=firing&/), shows: 'alerts' },
    });
    const [, ...rows] = formatDoor.alerts({ alerts: [ALERT] });
    expect(rows.join('\n')).toMatch(/al1 .*warning .*external:pagerduty:ping .*\n.*n1 does not answer/);
    expect(formatDoor.alerts({ alerts: [] })).toEqual(['no alert is open']);
  });

  it('B19: one that was said to be over is named', () => {
    expect(formatDoor.alert({ alert: ALERT })).toEqual([expect.stringContaining('al1 (external:pagerduty:ping)')]);
  });

  it.each([['alert'], ['alert', 'end', 'al1'], ['alert', 'resolve']])('%s %s is refused', (...args) => {
    expect(() => readArguments(args)).toThrow(/alert/);
  });
});
