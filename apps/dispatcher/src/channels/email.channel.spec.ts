import { connect } from 'node:net';
import type { OutgoingDelivery } from './channel.js';
import { emailChannel, type EmailTarget } from './email.channel.js';
import { TEST_CERTIFICATE } from './smtp-certificate.fixture.js';
import { type FakeSmtp, type SmtpFault, startFakeSmtp } from './smtp-server.fixture.js';

const NOW_MS = 1_700_000_000_000;
let smtp: FakeSmtp;
beforeEach(async () => {
  smtp = await startFakeSmtp();
});
afterEach(() => smtp.close());

const body = {
  incidentId: 'incident-1',
  title: 'success 23 % < 99 %',
  severity: 'critical',
  at: NOW_MS,
  links: [{ href: 'https://tocsin.example/incidents/1?a=1&b=2', text: 'Incident' }],
};
const delivery = (changes: Partial<OutgoingDelivery> = {}): OutgoingDelivery => ({
  deliveryId: 'd-1',
  subject: 'page',
  action: 'trigger',
  dedupKey: 'incident-1',
  body,
  ...changes,
});
const channel = (changes: Partial<EmailTarget> = {}) =>
  emailChannel({
    server: { host: '127.0.0.1', port: smtp.port, tls: 'offered' },
    from: 'Tocsin <tocsin@example.com>',
    to: ['ops@example.com', 'noc@example.com'],
    ...changes,
  });
const send = (changes: Partial<OutgoingDelivery> = {}, known?: string, target: Partial<EmailTarget> = {}) =>
  channel(target).send(delivery(changes), { nowMs: NOW_MS, known });
const header = (mail: number, name: string) => smtp.mails[mail]?.headers.get(name);

/** The statuses of a dialogue, one for each line that was said and one for the greeting. */
const dialogue = (...lines: readonly string[]): Promise<readonly string[]> =>
  new Promise((resolve) => {
    const statuses: string[] = [];
    const left = [...lines, 'QUIT'];
    const socket = connect(smtp.port, '127.0.0.1').setEncoding('utf8');
    socket.on('data', (text: string) => {
      const last = text.trimEnd().split('\r\n').at(-1) ?? '';
      if (!/^\d{3} /.test(last)) return;
      statuses.push(last.slice(0, 3));
      const line = left.shift();
      if (line !== undefined) socket.write(`${line}\r\n`);
    });
    socket.on('close', () => resolve(statuses));
  });

describe('the fake mail server', () => {
  it('refuses a mail before a greeting, one to nobody, and one without what a mail must have', async () => {
    expect(await dialogue('MAIL FROM:<a@example.com>')).toEqual(['220', '503', '221']);
    expect(await dialogue('EHLO a', 'MAIL FROM:<a@example.com>', 'DATA')).toEqual(['220', '250', '250', '503', '221']);
    const bad = ['EHLO a', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA', 'subject: x\r\n\r\nx\r\n.'];
    expect(await dialogue(...bad)).toEqual(['220', '250', '250', '250', '354', '550', '221']);
    expect(smtp.mails).toEqual([]);
  });
});

describe('the e-mail channel', () => {
  it('tells what, whom and where as text and as HTML, and that a robot sent it', async () => {
    expect(await send()).toMatchObject({ kind: 'answered', status: 250 });
    const [mail] = smtp.mails;
    expect(mail).toMatchObject({ from: 'tocsin@example.com', to: ['ops@example.com', 'noc@example.com'] });
    expect(header(0, 'auto-submitted')).toBe('auto-generated');
    expect(header(0, 'importance')).toBe('high');
    expect(mail?.text).toContain('Incident: https://tocsin.example/incidents/1?a=1&b=2');
    expect(mail?.html.join('')).toContain('success 23 % &lt; 99 %');
    expect(mail?.html.join('')).toContain('href="https://tocsin.example/incidents/1?a=1&amp;b=2"');
    expect(mail?.source).toMatch(/content-type: multipart\/alternative/i);
  });

  it('goes to the address of the delivery alone, where it has one', async () => {
    await send({ address: 'ada@example.com' });
    expect(smtp.mails.map(({ to }) => to)).toEqual([['ada@example.com']]);
  });

  it('R46: threads the steps of an incident behind its first mail, each with an id that its attempts share', async () => {
    const first = await send();
    const known = 'receiverId' in first ? first.receiverId : undefined;
    expect(header(0, 'message-id')).toBe(known);
    expect(header(0, 'in-reply-to')).toBeUndefined();
    const second = await send({ deliveryId: 'd-2', action: 'acknowledge' }, known);
    await send({ deliveryId: 'd-2', action: 'acknowledge' }, known);
    await send({ deliveryId: 'd-3', action: 'trigger' }, known);
    expect(second).toMatchObject({ receiverId: known });
    for (const mail of [1, 2, 3]) {
      expect(header(mail, 'in-reply-to')).toBe(known);
      expect(header(mail, 'references')).toBe(known);
    }
    expect(header(1, 'message-id')).toBe(header(2, 'message-id'));
    expect(new Set([0, 1, 3].map((mail) => header(mail, 'message-id'))).size).toBe(3);
  });

  it('threads behind a mail that it does not know of: its id follows from the incident', async () => {
    await send();
    await send({ deliveryId: 'd-2', action: 'resolve' });
    await send({ deliveryId: 'd-3', action: 'escalate', dedupKey: 'incident-1:vp' });
    expect([1, 2].map((mail) => header(mail, 'in-reply-to'))).toEqual([
      header(0, 'message-id'),
      header(0, 'message-id'),
    ]);
  });

  it('lets no title write headers', async () => {
    await send({ body: { ...body, title: 'x\r\nBcc: all@example.com\r\n\r\ny' } });
    expect(smtp.mails[0]?.headers.has('bcc')).toBe(false);
    expect(smtp.mails[0]?.to).toEqual(['ops@example.com', 'noc@example.com']);
  });

  it.each([
    ['a full mailbox', { at: 'recipient', status: 452 }, 'later', 452],
    ['greylisting', { at: 'recipient', status: 451 }, 'later', 451],
    ['an unknown mailbox', { at: 'recipient', status: 550 }, 'refused', 550],
    ['a text that is not taken now', { at: 'text', status: 451 }, 'later', 451],
    ['a text that is not taken', { at: 'text', status: 554 }, 'refused', 554],
    ['a server that is closed', { at: 'connect', status: 421 }, 'later', 421],
  ] as const)('%s', async (_what, fault, kind, status) => {
    smtp.faults.push(fault satisfies SmtpFault);
    expect(await send({ address: 'ada@example.com' })).toMatchObject({ kind, status });
    expect(smtp.mails).toEqual([]);
  });

  it('says which of several receivers were missed, and is delivered to the others', async () => {
    smtp.faults.push({ at: 'recipient', status: 550 });
    expect(await send()).toMatchObject({ status: 250, detail: expect.stringContaining('not for 1 of its receivers') });
    expect(smtp.mails.map(({ to }) => to)).toEqual([['noc@example.com']]);
  });

  it.each([
    ['before the greeting, when it has nothing', { at: 'connect', does: 'hang' }, 'unreached'],
    ['before the text', { at: 'recipient', does: 'hang' }, 'timeout'],
    ['behind the text, which it may have taken', { at: 'text', does: 'hang' }, 'timeout'],
  ] as const)('a server that hangs %s', async (_where, fault, kind) => {
    smtp.faults.push(fault);
    expect(await send({}, undefined, { timeoutMs: 150 })).toMatchObject({ kind });
  });

  it.each([
    ['taken', 'network'],
    ['text', 'network'],
    // The text was announced together with it.
    ['recipient', 'network'],
    ['connect', 'unreached'],
  ] as const)('a connection that breaks off at the %s', async (at, kind) => {
    smtp.faults.push({ at, does: 'reset' });
    expect(await send()).toMatchObject({ kind });
  });

  it('a server that is not there has taken nothing', async () => {
    const { port } = smtp;
    await smtp.close();
    const server = { host: '127.0.0.1', port, tls: 'offered' } as const;
    expect(await send({}, undefined, { server })).toMatchObject({ kind: 'unreached' });
    smtp = await startFakeSmtp();
  });

  it('does not log in or send where TLS is required and not offered', async () => {
    const server = { host: '127.0.0.1', port: smtp.port, tls: 'required', user: 'u', password: 'Canary-123' } as const;
    expect(await send({}, undefined, { server })).toMatchObject({ kind: 'unreached' });
    expect(smtp.mails).toEqual([]);
  });

  it.each([
    ['implicit', { secure: true }],
    ['required', { disabledCommands: [] }],
    ['offered', { disabledCommands: [] }],
  ] as const)('%s TLS trusts a certificate that the operator gave, and no other', async (tls, options) => {
    const secured = await startFakeSmtp({ ...TEST_CERTIFICATE, ...options, disabledCommands: [] });
    const server = { host: 'localhost', port: secured.port, tls } as const;
    expect(await send({}, undefined, { server })).toMatchObject({ kind: 'unreached' });
    expect(secured.mails).toEqual([]);
    expect(await send({}, undefined, { server, ca: TEST_CERTIFICATE.cert })).toMatchObject({ status: 250 });
    await secured.close();
  });

  it('connects to no private address that the operator did not allow', async () => {
    const server = { host: '10.0.0.25', port: 25, tls: 'required' } as const;
    expect(await send({}, undefined, { server })).toMatchObject({
      kind: 'unreached',
      detail: expect.stringMatching(/private/),
    });
  });

  it('logs in, and shows no password that a server repeats', async () => {
    const secured = await startFakeSmtp({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) =>
        password === 'Canary-123' ? done(null, { user: 'u' }) : done(new Error(`no ${password}`)),
    });
    const server = { host: '127.0.0.1', port: secured.port, tls: 'offered', user: 'u' } as const;
    expect(await send({}, undefined, { server: { ...server, password: 'Canary-123' } })).toMatchObject({ status: 250 });
    const refused = await send({}, undefined, { server: { ...server, password: 'wrong-canary' } });
    expect(refused).toMatchObject({ kind: 'refused', status: 535 });
    expect(refused.detail).not.toContain('wrong-canary');
    await secured.close();
  });

  it('is broken off by whoever asked for it', async () => {
    const stop = new AbortController();
    smtp.faults.push({ at: 'text', does: 'hang' });
    const sent = channel().send(delivery(), { nowMs: NOW_MS, signal: stop.signal });
    stop.abort();
    expect(await sent).toMatchObject({ kind: 'unreached' });
  });
});
