import { readArguments } from './arguments.js';
import { formatRunbook, formatStatusTexts, formatStatusUpdates } from './report-views.js';

const update = {
  incidentId: 'in1',
  n: 2,
  status: 'drafted',
  update: { state: 'identified', title: 'DNS fails', text: 'Some queries fail.', workaround: 'Wait.' },
  affectedCustomers: 1_234,
  publishBy: Date.UTC(2021, 6, 22, 11, 49),
  publishedAt: null,
  settledBy: null,
};

describe('status updates, runbook and post-mortem at the command line', () => {
  it.each([
    ['status-update ls', 'get', '/v1/status-updates', undefined],
    ['status-update', 'get', '/v1/status-updates', undefined],
    ['status-update ls in1', 'get', '/v1/incidents/in1/status-updates', undefined],
    ['status-update show in1', 'get', '/v1/incidents/in1/status-updates', undefined],
    ['status-update publish in1 2 --text x', 'post', '/v1/incidents/in1/status-updates/2/publish', { text: 'x' }],
    ['status-update discard in1 2 --comment x', 'post', '/v1/incidents/in1/status-updates/2/discard', { comment: 'x' }],
    ['incident attach in1 dig --text x', 'post', '/v1/incidents/in1/runbook/dig/results', { output: 'x' }],
  ])('reads tocsin %s', (line, method, path, body) => {
    expect(readArguments(line.split(' '))).toMatchObject({ command: 'door', request: { method, path } });
    const asked = readArguments(line.split(' '));
    expect('request' in asked && asked.request.body).toEqual(body);
  });

  it.each(['runbook', 'post-mortem'])('reads tocsin incident %s latest', (action) => {
    expect(readArguments(['incident', action, 'latest'])).toMatchObject({
      command: `incident ${action}`,
      incidentId: 'latest',
    });
  });

  it.each([
    'status-update publish in1 x',
    'status-update discard in1 2',
    'status-update lose',
    'incident attach in1 dig',
  ])('refuses tocsin %s', (line) => {
    expect(() => readArguments(line.split(' '))).toThrow(/expected/);
  });

  it('shows updates as a table, and with what the public reads', () => {
    const schedule = { state: 'told', isOverdue: true, because: null };
    const lines = formatStatusUpdates({ schedule, statusUpdates: [update] });
    expect(lines[0]).toBe('the public: told, overdue');
    expect(lines.join('\n')).toMatch(/in1 +2 +drafted +identified +1,234/);
    expect(formatStatusUpdates({ statusUpdate: update })).toHaveLength(lines.length - 1);
    expect(formatStatusTexts({ statusUpdates: [update] })).toEqual([
      '',
      '2. drafted, identified: DNS fails',
      '   Some queries fail.',
      '   Wait.',
    ]);
  });

  it('R55: shows each command, what answers mean, and what was attached', () => {
    const step = { step: 'dig', what: 'Ask.', command: '', means: [{ answer: 'NXDOMAIN', meaning: 'corrupt' }] };
    const results = [{ by: 'operator:alice', at: 0, output: 'a\nb' }];
    expect(formatRunbook({ runbook: { incidentId: 'in1', steps: [{ ...step, results }] } })).toEqual([
      '',
      'dig: Ask.',
      '  (nothing of the incident fits into a command)',
      '  - NXDOMAIN: corrupt',
      expect.stringMatching(/^ {2}attached .* by operator:alice:$/),
      '    a',
      '    b',
    ]);
  });
});
