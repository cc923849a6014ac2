import { namesLoopback, refusalOfHost } from '#outgoing';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Channel } from './channels/channel.js';
import { emailChannel, type SmtpServer } from './channels/email.channel.js';

/** Ports where none is said: handing in by STARTTLS, and with TLS from the first byte. */
const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const;

const EXPECTED = 'expected smtp://user:password@host:port, or smtps://';

const decoded = (text: string): string | undefined => (text === '' ? undefined : decodeURIComponent(text));

/** Reads an address of a mail server, or says what is wrong with it, never with the value: its password is in it. */
const smtpServer = (value: string, allowsPrivate: boolean): SmtpServer | string => {
  // Only of addresses that it knows does the parser write a host as it is looked up.
  const known = value.replace(/^smtps?:/i, 'https:');
  if (!URL.canParse(value) || !URL.canParse(known)) return EXPECTED;
  const { protocol, port, username, password } = new URL(value);
  if (protocol !== 'smtp:' && protocol !== 'smtps:') return EXPECTED;
  const url = new URL(known);
  const refused = refusalOfHost(url, allowsPrivate);
  if (refused !== undefined || url.hostname === '') return refused ?? EXPECTED;
  try {
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? PORTS[protocol] : Number(port),
      // On this machine nobody listens between; anywhere else a password and a page are not sent for everybody to read.
      tls: protocol === 'smtps:' ? 'implicit' : namesLoopback(url) ? 'offered' : 'required',
      user: decoded(username),
      password: decoded(password),
    };
  } catch {
    return EXPECTED;
  }
};

const MAILBOX = /^[^\s<>@,;"]+@[^\s<>@,;"]+$/;
const NAMED = /^[^<>,;"\r\n]*<([^<>]+)>$/;

const mailbox = z
  .string()
  .refine((text) => MAILBOX.test(NAMED.exec(text)?.[1] ?? text), 'expected ops@example.com, or Name <ops@example.com>');

/** More would be a mailing list, which a mail server keeps better. */
const RECEIVERS_MAX = 20;

/** Settings of e-mail. */
export const emailSettings = (allowsPrivate: boolean) => ({
  /** Where mail is handed in. TLS is needed but on this machine. Unset: no mail. */
  EMAIL_SMTP_URL: z
    .string()
    .transform((value, context): SmtpServer => {
      const server = smtpServer(value, allowsPrivate);
      if (typeof server !== 'string') return server;
      context.addIssue({ code: 'custom', message: server });
      return z.NEVER;
    })
    .optional(),
  /** `offered`: without TLS where the server has none. */
  EMAIL_TLS: z.enum(['required', 'offered']).optional(),
  /** A file of certificates (PEM) to trust beside those of the system. */
  EMAIL_CA_FILE: z
    .string()
    .transform((path, context): string => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        context.addIssue({ code: 'custom', message: `cannot read ${path}` });
        return z.NEVER;
      }
    })
    .optional(),
  /** Who sends it. */
  EMAIL_FROM: mailbox.optional(),
  /** Who gets what is addressed to nobody; several with commas between. */
  EMAIL_TO: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(mailbox).min(1).max(RECEIVERS_MAX))
    .optional(),
});

/** Which of them are secret: the address holds the password. */
export const EMAIL_SECRETS = ['EMAIL_SMTP_URL'] as const;

type Read = z.output<z.ZodObject<ReturnType<typeof emailSettings>>>;

/** Adds what is lacking: a mail is from somebody and to somebody. */
export const refineEmail = (read: Read, context: z.core.$RefinementCtx): void => {
  if (read.EMAIL_SMTP_URL === undefined) return;
  for (const name of ['EMAIL_FROM', 'EMAIL_TO'] as const)
    if (read[name] === undefined)
      context.addIssue({ code: 'custom', path: [name], message: 'needed beside EMAIL_SMTP_URL' });
};

/** The channel, if it is configured. */
export const emailChannels = (read: Read, allowsPrivate: boolean): readonly Channel[] => {
  const { EMAIL_SMTP_URL: server, EMAIL_FROM: from, EMAIL_TO: to, EMAIL_TLS: tls, EMAIL_CA_FILE: ca } = read;
  if (server === undefined || from === undefined || to === undefined) return [];
  const secured = server.tls === 'implicit' ? server : { ...server, tls: tls ?? server.tls };
  return [emailChannel({ server: secured, from, to, ca, allowsPrivate })];
};
