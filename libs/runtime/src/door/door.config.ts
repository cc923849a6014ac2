import { isIP } from 'node:net';
import { z } from 'zod';
import type { RateLimits } from './rates.js';

/** Origins that may be listed: a page of each team, and no more than somebody looks through. */
const ORIGINS_MAX = 32;

/** An origin as a browser writes it, which is what it is compared with. */
const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;

/** Balancers of a site, by address or network. */
const PROXIES_MAX = 32;

const isNetwork = (text: string): boolean => {
  const [address = '', prefix = '0', ...more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
};

const listed = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()])));

/** Seconds whose requests may come at once: a page that opens asks for a dozen things, and a program for its whole minute. */
const WINDOW_S = 10;
/** Beyond any that one process answers: it takes some thousands of requests a second. */
const PER_SECOND_MAX = 1_000_000;
const perSecond = z.coerce.number().int().min(1).max(PER_SECOND_MAX);

/** What the front door reads of the environment. */
export const doorSchema = z.object({
  /** Origins whose pages may read answers, separated by commas. Without it there are none. */
  CORS_ORIGINS: listed
    .refine((origins) => origins.every(isOrigin), 'expected origins such as https://status.example.com, without a path')
    .refine((origins) => origins.length <= ORIGINS_MAX, `expected at most ${ORIGINS_MAX} origins`),
  /** Balancers, separated by commas, as addresses or networks: who asks through them is who they say. Without it, whoever connects. */
  TRUSTED_PROXIES: listed
    .refine((proxies) => proxies.every(isNetwork), 'expected addresses or networks such as 10.0.0.0/8')
    .refine((proxies) => proxies.length <= PROXIES_MAX, `expected at most ${PROXIES_MAX} addresses or networks`),
  /** Reads of one caller, a second: ten pages that ask ten things each. */
  RATE_LIMIT_VIEW: perSecond.default(100),
  /** Acts of one caller, a second: more than any person does, and ten seconds of them make the keys of 1,000 nodes one by one. */
  RATE_LIMIT_ACT: perSecond.default(100),
  /** What one key tells, requests a second: 1,000 nodes behind one collector send 4,000. */
  RATE_LIMIT_TELEMETRY: perSecond.default(10_000),
  /** What proves itself without a key, of one address, a second: PagerDuty and Slack tell of every press from a handful. */
  RATE_LIMIT_PROVED: perSecond.default(50),
  /** What shows no good key, of one address, a second: a program whose key is over tries each second or so. */
  RATE_LIMIT_STRANGERS: perSecond.default(5),
});

/** How the front door of a process is set. */
export interface DoorSettings {
  readonly corsOrigins: ReadonlySet<string>;
  readonly trustedProxies: readonly string[];
  readonly rates: RateLimits;
}

const limitOf = (each: number) => ({ perSecond: each, windowS: WINDOW_S });

/** What the front door makes of the environment. */
export const doorSettingsOf = (read: z.output<typeof doorSchema>): DoorSettings => ({
  corsOrigins: new Set(read.CORS_ORIGINS),
  trustedProxies: read.TRUSTED_PROXIES,
  rates: {
    view: limitOf(read.RATE_LIMIT_VIEW),
    act: limitOf(read.RATE_LIMIT_ACT),
    telemetry: limitOf(read.RATE_LIMIT_TELEMETRY),
    proved: limitOf(read.RATE_LIMIT_PROVED),
    stranger: limitOf(read.RATE_LIMIT_STRANGERS),
  },
});
