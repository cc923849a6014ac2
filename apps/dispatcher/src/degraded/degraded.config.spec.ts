import { readDegradedSettings } from './degraded.config.js';

const KNOWN = { allowsPrivate: false, pageChannels: ['pagerduty'] };
const wrong = (env: Record<string, string>, known = KNOWN): string => {
  try {
    return JSON.stringify(readDegradedSettings(env, known));
  } catch (error) {
    return (error as Error).message;
  }
};

describe('settings of what goes on when something else does not', () => {
  it('reads when drills are, and through what', () => {
    const env = { FIRE_DRILL: '09:30 mon,thu Europe/Berlin', FIRE_DRILL_CHANNEL: 'pagerduty' };
    expect(readDegradedSettings(env, KNOWN)).toMatchObject({
      drillTime: { minuteOfDay: 570, weekdays: [1, 4], timeZone: 'Europe/Berlin' },
      drillChannel: 'pagerduty',
      deadManUrl: undefined,
    });
  });

  it.each(['25:00 UTC', '09:30', '09:30 xyz UTC', '09:30 Mars/Base'])('refuses a drill at %s', (time) =>
    expect(wrong({ FIRE_DRILL: time })).toContain('FIRE_DRILL: expected a time'),
  );

  it('B17: refuses a channel that there is not: its drill would fail every day', () =>
    expect(wrong({ FIRE_DRILL_CHANNEL: 'pagerdutty' })).toContain(
      'FIRE_DRILL_CHANNEL: no channel for pages of this name is configured',
    ));

  it('lets the switch be in a private network where receivers may be, and only there', () => {
    const env = { DEAD_MAN_URL: 'http://10.1.2.3:8080/ping' };
    expect(wrong(env)).toContain('DEAD_MAN_URL: ');
    const { deadManUrl } = readDegradedSettings(env, { ...KNOWN, allowsPrivate: true });
    expect(deadManUrl?.href).toBe(env.DEAD_MAN_URL);
  });
});
