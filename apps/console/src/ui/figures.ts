const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** `1,204`. */
export const count = (value: number): string => WHOLE.format(value);

/** What is more than nothing is never `0.00`, and less than all never `100.00`: 3 of 80,000 failed is no fleet without a failure. */
const hundredths = (value: number): string => {
  const rounded = value.toFixed(2);
  if (rounded === '100.00' && value < 100) return '99.99';
  return rounded === '0.00' && value > 0 ? '0.01' : rounded;
};

/** `23.00 %`, of hundredths; — where nothing was asked, which is no 0 and no 100. */
export const percent = (value: number | null | undefined): string => (value == null ? '—' : `${hundredths(value)} %`);

/** `2.78 %`, of a share between 0 and 1. */
export const share = (value: number): string => percent(value * 100);

/** `$673K`, `$4.2M`. */
export const money = (dollars: number): string => `$${SHORT.format(dollars)}`;

/** `12.3 ms`, of µs; a timeout is a word, since it is slower than every number. */
export const latency = (us: number | 'timeout' | null | undefined): string => {
  if (us == null) return '—';
  if (us === 'timeout') return 'timeout';
  return us >= 1_000_000 ? `${(us / 1_000_000).toFixed(2)} s` : `${(us / 1_000).toFixed(1)} ms`;
};

/** A timeout is slower than every latency: drawn at the longest that a query is waited for, 5 s, in µs. */
export const TIMEOUT_US = 5_000_000;
