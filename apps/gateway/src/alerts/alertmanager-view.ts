import { KEY_SEPARATOR } from '#contracts';
import type { AlertRow } from '#store';
import { type FitsValue, readPattern } from './alert-matcher.js';
import { objectOf } from './external-fields.js';

/** An alert as Alertmanager shows it. */
export interface GettableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly fingerprint: string;
  readonly receivers: readonly { readonly name: string }[];
  readonly startsAt: string;
  readonly updatedAt: string;
  readonly endsAt: string;
  readonly status: {
    readonly state: 'active' | 'suppressed';
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
  };
  readonly generatorURL?: string;
}

/** From its last change; what does not end has one all the same in their words. */
const ENDS_AFTER_MS = 300_000;

const iso = (ms: number): string => new Date(ms).toISOString();

/** An open alert in their words. */
export const gettableAlert = (row: AlertRow): GettableAlert => {
  const { key, labels, annotations, begunAt, changedAt, muted } = row;
  const { link1: generatorURL } = annotations;
  return {
    labels,
    annotations,
    fingerprint: key.split(KEY_SEPARATOR, 1)[0] ?? key,
    receivers: [{ name: 'tocsin' }],
    startsAt: iso(begunAt),
    updatedAt: iso(changedAt),
    endsAt: iso(changedAt + ENDS_AFTER_MS),
    status: {
      state: muted === null ? 'active' : 'suppressed',
      silencedBy: muted !== null && muted.by !== 'alert' ? [muted.id] : [],
      inhibitedBy: muted?.by === 'alert' ? [muted.id] : [],
    },
    ...(generatorURL === undefined ? {} : { generatorURL }),
  };
};

const MATCHER = /^\s*([^\s=!~{}"]{1,64})\s*(=~|!~|!=|=)\s*"?([^"]*)"?\s*$/;
/** Matchers of one question. */
const MATCHERS_MAX = 16;

type Fits = (alert: GettableAlert) => boolean;

/** In quotes a backslash is written twice, as Go writes texts. */
const unquoted = (value: string): string => value.replaceAll('\\\\', '\\');

const readMatcher = (text: string): Fits | undefined => {
  const [, name, sign = '', quoted = ''] = MATCHER.exec(text) ?? [];
  if (name === undefined) return undefined;
  const value = unquoted(quoted);
  const fits: FitsValue | undefined = sign.endsWith('~') ? readPattern(value) : (label) => label === value;
  return fits && (({ labels }) => fits(labels[name] ?? '') === sign.startsWith('='));
};

/** Which alerts are asked for: `filter=region="us-east"`, as often as there are matchers, and `silenced=false`. A text says what is not read. */
export const readMatchers = (query: unknown): Fits | string => {
  const { filter, silenced, active } = objectOf(query) ?? {};
  const filters = (Array.isArray(filter) ? filter : [filter]).filter((each) => each !== undefined).map(String);
  if (filters.length > MATCHERS_MAX) return `at most ${MATCHERS_MAX} matchers`;
  const matchers = filters.map(readMatcher);
  const wrong = matchers.indexOf(undefined);
  if (wrong >= 0)
    return `matcher ${wrong}: label="value", !=, and =~ and !~ with alternatives, ".", ".*" and ".+" are read`;
  return (alert) =>
    (silenced !== 'false' || alert.status.state === 'active') &&
    (active !== 'false' || alert.status.state === 'suppressed') &&
    matchers.every((matches) => matches?.(alert) === true);
};

/** What asks for it wants to know that somebody answers; there is no configuration here that would be theirs. */
export const statusOf = (nowMs: number) => ({
  cluster: { status: 'disabled', peers: [] },
  versionInfo: {
    version: 'tocsin',
    revision: '',
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  },
  config: { original: 'route:\n  receiver: tocsin\nreceivers:\n  - name: tocsin\n' },
  uptime: iso(nowMs - Math.round(process.uptime() * 1_000)),
});
