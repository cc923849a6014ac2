import { readReplySettings } from './reply.config.js';
import { slackCaller, slackUsersSchema } from './slack-users.js';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const rolesOf = (text: string, ...ids: readonly string[]) =>
  ids.map((id) => slackCaller(slackUsersSchema.parse(text), id)?.role);

describe('who in Slack may do what', () => {
  it('is who is listed; the others are everybody, where that is said, else nobody', () => {
    const listed = 'U1=operator, W9=incident_commander';
    expect(rolesOf(listed, 'U1', 'W9', 'U2')).toEqual(['operator', 'incident_commander', undefined]);
    expect(rolesOf(`${listed},*=viewer`, 'U1', 'U2')).toEqual(['operator', 'viewer']);
  });

  it('is by id: a name that somebody gives himself makes him nobody else', () => {
    const users = slackUsersSchema.parse('U1=operator');
    expect(slackCaller(users, 'U1', 'alice')).toMatchObject({ subject: 'slack:U1', name: 'alice', role: 'operator' });
    expect(slackCaller(users, 'U2', 'U1')).toBeUndefined();
  });

  it.each(['alice=operator', 'U1', 'U1=king', 'U1=deploy', 'U1=node', '=operator', ''])('is not said by %j', (text) => {
    expect(slackUsersSchema.safeParse(text).success).toBe(false);
  });

  it('has to be said beside the secret, and the secret beside it', () => {
    for (const env of [{ SLACK_SIGNING_SECRET: SECRET }, { SLACK_USERS: '*=operator' }])
      expect(() => readReplySettings(env)).toThrow('one needs the other');
    expect(readReplySettings({ SLACK_SIGNING_SECRET: SECRET, SLACK_USERS: '*=operator' }).slackUsers.size).toBe(1);
    expect(readReplySettings({}).slackUsers.size).toBe(0);
  });
});
