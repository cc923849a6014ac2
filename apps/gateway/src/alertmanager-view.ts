import { KEY_SEPARATOR } from '#contracts';
import type { AlertRow } from '#store';
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

const MATCHER = /^\s*([^\s=!~{}"]{1,64})\s*(=|!=)\s*"?([^"]*)"?\s*$/;
/** Matchers of one question. */
const MATCHERS_MAX = 16;

/** Which alerts are asked for: `filter=region="us-east"`, as often as there are matchers, and `silenced=false`. A text says what is not read. */
export const readMatchers = (query: unknown): ((alert: GettableAlert) => boolean) | string => {
  const { filter, silenced, active } = objectOf(query) ?? {};
  const filters = (Array.isArray(filter) ? filter : [filter]).filter((each) => each !== undefined).map(String);
  if (filters.length > MATCHERS_MAX) return `at most ${MATCHERS_MAX} matchers`;
  const matchers = filters.map((text) => MATCHER.exec(text));
  const wrong = matchers.indexOf(null);
  if (wrong >= 0) return `matcher ${wrong}: only label="value" and label!="value" are read`;
  return ({ labels, status: { state } }) =>
    (silenced !== 'false' || state === 'active') &&
    (active !== 'false' || state === 'suppressed') &&
    matchers.every((each) => {
      const [, name = '', sign, value = ''] = each ?? [];
      return ((labels[name] ?? '') === value) === (sign === '=');
    });
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
