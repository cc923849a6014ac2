import { addressOf, redact } from '#outgoing';
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { createTransport, type NodemailerError, type SendMailOptions } from 'nodemailer';
import type { AttemptAnswer } from './attempt.decide.js';
import type { Attempt, Channel, OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';
import { emailHtml, emailText } from './email-text.js';
import { headlineOf, pageTextOf } from './page-text.js';

/** One mail, from the look-up of the server to its last answer. */
const TIMEOUT_MS = 15_000;
/** A server that is there takes a connection, and greets, within a moment; a silence within the dialogue may be longer. */
const CONNECT_TIMEOUT_MS = 5_000;
const GREETING_TIMEOUT_MS = 5_000;
const SILENCE_TIMEOUT_MS = 10_000;

/** A line of a header is at most 998 characters; a phone shows fewer than 200 of a subject. */
const SUBJECT_CHARS_MAX = 200;

/** Where mail is handed in. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `implicit`: from the first byte; `required`: by STARTTLS or not at all; `offered`: by STARTTLS where the server has it. */
  readonly tls: 'implicit' | 'required' | 'offered';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** From whom, through whom and to whom mail goes. */
export interface EmailTarget {
  readonly server: SmtpServer;
  readonly from: string;
  /** Who gets what is addressed to nobody. */
  readonly to: readonly string[];
  /** Whether the server may be in a private network. */
  readonly allowsPrivate?: boolean;
  /** Certificates to trust beside those of the system. */
  readonly ca?: string | undefined;
  /** Shorter in a test of a hang. */
  readonly timeoutMs?: number;
}

const domainOf = (from: string): string => /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'tocsin.invalid';

const idOf = (kind: string, key: string, from: string): string =>
  `<${kind}.${createHash('sha256').update(key).digest('hex').slice(0, 32)}@${domainOf(from)}>`;

/**
 * A step has an id of its own, the same over all attempts, and names the incident's first mail, so that a reader shows them together. The
 * first call of an incident is that first mail; a repeated call is a step, since readers drop a second mail of one id.
 */
export const threadOf = (
  { deliveryId, action, dedupKey }: OutgoingDelivery,
  incidentId: string,
  from: string,
  known: string | undefined,
): { readonly messageId: string; readonly first: string } => {
  const first = known ?? idOf('incident', incidentId, from);
  const opens = known === undefined && action === 'trigger' && dedupKey === incidentId;
  return { messageId: opens ? first : idOf('step', deliveryId, from), first };
};

const mailOf = (delivery: OutgoingDelivery, { from, to }: EmailTarget, { known, nowMs }: Attempt): SendMailOptions => {
  const page = pageTextOf(delivery.body);
  const { messageId, first } = threadOf(delivery, page.incidentId ?? delivery.dedupKey, from, known);
  const isUrgent = page.severity === 'critical' && !page.isResolved;
  return {
    from,
    to: delivery.address ?? [...to],
    subject: cut(headlineOf(delivery, page).replaceAll(/\s+/g, ' '), SUBJECT_CHARS_MAX),
    text: emailText(delivery, page),
    html: emailHtml(delivery, page),
    messageId,
    date: new Date(nowMs),
    textEncoding: 'quoted-printable',
    ...(messageId === first ? {} : { inReplyTo: first, references: first }),
    headers: { 'Auto-Submitted': 'auto-generated', ...(isUrgent ? { Importance: 'high' } : {}) },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

/** Whether the server cannot have taken it, by what went wrong: it was not yet given the text. */
const isBeforeText = ({ code = '', originalCode = '', syscall, timeoutType }: NodemailerError): boolean =>
  syscall === 'connect' ||
  /CERT|SSL|TLS/.test(originalCode) ||
  (timeoutType !== undefined && timeoutType !== 'SOCKET_TIMEOUT') ||
  ['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EENVELOPE'].includes(code);

/** SMTP counts the other way round than HTTP: 4yz is for now, 5yz for good. */
const failureOf = (error: NodemailerError, isTextAsked: boolean, secrets: readonly string[]): AttemptAnswer => {
  const detail = redact(error.response ?? error.message, secrets);
  // A server without TLS refuses to begin it, not the mail.
  if (error.responseCode !== undefined && error.code !== 'ETLS')
    return { kind: error.permanent === true ? 'refused' : 'later', status: error.responseCode, detail };
  if (!isTextAsked || isBeforeText(error)) return { kind: 'unreached', detail };
  return { kind: error.code === 'ETIMEDOUT' ? 'timeout' : 'network', detail };
};

/** `onData` is told when the text is about to be given: a connection that breaks off looks the same before and after that. */
const transportOf = ({ server, ca }: EmailTarget, address: string, onData: () => void) => {
  const { host, port, tls, user, password } = server;
  return createTransport({
    host: address,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    tls: { ...(isIP(host) === 0 ? { servername: host } : {}), ...(ca === undefined ? {} : { ca }) },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: GREETING_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    transactionLog: true,
    logger: {
      debug: ({ tnx }: { readonly tnx?: string }, line?: string) => {
        if (tnx === 'client' && line === 'DATA') onData();
      },
    },
  });
};

/** A look-up has no end of its own. */
const ended = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('broken off')), { once: true });
  });

const send = async (
  delivery: OutgoingDelivery,
  target: EmailTarget,
  attempt: Attempt,
  secrets: readonly string[],
): Promise<AttemptAnswer> => {
  const { timeoutMs = TIMEOUT_MS, server, allowsPrivate = false } = target;
  const { signal: given, known } = attempt;
  const mail = mailOf(delivery, target, attempt);
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = given === undefined ? timeout : AbortSignal.any([timeout, given]);
  let isTextAsked = false;
  const onData = (): void => {
    isTextAsked = true;
  };
  try {
    const address = await Promise.race([addressOf(server.host, allowsPrivate), ended(signal)]);
    if ('refused' in address) return { kind: 'unreached', detail: address.refused };
    const sent = await transportOf(target, address.address, onData).sendMail({ ...mail, signal });
    const missed = sent.rejected.length === 0 ? '' : `; not for ${sent.rejected.length} of its receivers`;
    const detail = redact(`${sent.response}${missed}`, secrets);
    return { kind: 'answered', status: 250, retryAfter: null, detail, receiverId: known ?? String(mail.messageId) };
  } catch (error) {
    if (timeout.aborted)
      return { kind: isTextAsked ? 'timeout' : 'unreached', detail: `no answer within ${timeoutMs} ms` };
    return failureOf(error as NodemailerError, isTextAsked, secrets);
  }
};

/** Mail. Nothing says that a receiver folds a mail that arrives twice, though many do, by its id. */
export const emailChannel = (target: EmailTarget): Channel => {
  const { password } = target.server;
  const secrets = password === undefined ? [] : [password, Buffer.from(password).toString('base64')];
  return {
    name: 'email',
    isKeyed: false,
    timeoutMs: target.timeoutMs ?? TIMEOUT_MS,
    secrets,
    send: (delivery, attempt) => send(delivery, target, attempt, secrets),
  };
};
