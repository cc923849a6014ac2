import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

/** What the server does wrong, once: a status instead of taking the envelope or the text, or none at all. */
export type SmtpFault =
  | { readonly at: 'connect' | 'recipient' | 'text'; readonly status: number }
  | { readonly at: 'connect' | 'recipient' | 'text'; readonly does: 'hang' | 'reset' }
  /** It takes the mail, and resets before it says so; or says so once this is fulfilled. */
  | { readonly at: 'taken'; readonly does: 'reset' }
  | { readonly at: 'taken'; readonly after: Promise<void> };

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: ReadonlyMap<string, string>;
  /** Lines of its two forms, as a reader shows them. */
  readonly text: readonly string[];
  readonly html: readonly string[];
  /** Headers and all, as it was sent. */
  readonly source: string;
}

/** A mail server on a loopback port, with the protocol of `smtp-server`. Faults are used up in order, one per mail. */
export interface FakeSmtp {
  readonly port: number;
  readonly faults: SmtpFault[];
  readonly mails: readonly ReceivedMail[];
  readonly close: () => Promise<void>;
}

const headersOf = (source: string): ReadonlyMap<string, string> => {
  const [head = ''] = source.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
};

/** Quoted-printable, as RFC 2045 has it. */
const decoded = (text: string): string =>
  Buffer.from(
    text
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** The lines of the part of a type; none where there is none. */
const linesOf = (source: string, type: string): readonly string[] => {
  const boundary = /boundary="([^"]+)"/.exec(source)?.[1] ?? '';
  const part = source.split(`--${boundary}`).find((each) => each.includes(`Content-Type: ${type}`)) ?? '';
  const [head = '', ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const text = /quoted-printable/i.test(head) ? decoded(body) : body;
  return text.trimEnd().split(/\r?\n/);
};

const NEEDED = ['from', 'to', 'subject', 'date', 'message-id', 'auto-submitted'] as const;

/** What a strict server of 2026 does not take: mail without what RFC 5322 asks for, or a robot's that does not say so. */
const refusalOf = (headers: ReadonlyMap<string, string>): string | undefined => {
  const missing = NEEDED.find((name) => !headers.has(name));
  if (missing !== undefined) return `5.6.0 no ${missing}`;
  return /^<[^<>\s@]+@[^<>\s@]+>$/.test(headers.get('message-id') ?? '') ? undefined : '5.6.0 a bad message-id';
};

type Done = (error?: Error | null) => void;

/** Starts it; `options` are those of `smtp-server`, for TLS and log-in. */
export const startFakeSmtp = async (options: SMTPServerOptions = {}): Promise<FakeSmtp> => {
  const faults: SmtpFault[] = [];
  const mails: ReceivedMail[] = [];
  const failure = (status: number, text: string): Error => Object.assign(new Error(text), { responseCode: status });
  const reset = (id: string): void => {
    type Client = { readonly id: string; readonly _socket: { readonly destroy: () => void } };
    for (const client of server.connections as Set<unknown> as Set<Client>)
      if (client.id === id) client._socket.destroy();
  };
  const meet = (at: SmtpFault['at'], { id }: SMTPServerSession, done: Done, right = (): void => done()): void => {
    if (faults[0]?.at !== at) {
      right();
      return;
    }
    const fault = faults.shift()!;
    if ('status' in fault) done(failure(fault.status, 'scripted'));
    else if ('after' in fault) void fault.after.then(right);
    else if (fault.does === 'reset') reset(id);
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 10,
    ...options,
    onConnect: (session, done) => meet('connect', session, done),
    onRcptTo: (_address, session, done) => meet('recipient', session, done),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        meet('text', session, done, () => {
          const source = Buffer.concat(chunks).toString('utf8');
          const headers = headersOf(source);
          const refused = refusalOf(headers);
          if (refused !== undefined) return done(failure(550, refused));
          const { mailFrom, rcptTo } = session.envelope;
          const from = mailFrom === false ? '' : mailFrom.address;
          const [text, html] = [linesOf(source, 'text/plain'), linesOf(source, 'text/html')];
          mails.push({ from, to: rcptTo.map(({ address }) => address), headers, text, html, source });
          return meet('taken', session, done);
        }),
      );
    },
  });
  server.on('error', () => undefined);
  const port = await new Promise<number>((resolve) => {
    const listener = server.listen(0, '127.0.0.1', () => resolve((listener.address() as AddressInfo).port));
  });
  return { port, faults, mails, close: () => new Promise((resolve) => server.close(() => resolve())) };
};
