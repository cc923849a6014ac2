/** Shorter ones are words: taking them out of a text would leave holes in it. */
const CHARS_MIN = 8;
/** A list of secrets is cut at commas, equal signs and spaces; what is shorter than this stands beside a secret and is none. */
const PIECE_CHARS_MIN = 16;
/** Secrets that are shown once, as new keys are: the newest so many are remembered. */
const ISSUED_MAX = 100;
const REDACTED = '[redacted]';

/** Of settings and files: as many as a process has. */
const kept = new Set<string>();
const issued = new Set<string>();
/** Both, the longest first: one that begins as another does would leave the rest of the longer one to be read. */
let longestFirst: readonly string[] = [];

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** What is secret of an address: its password; without one its path, which is the password of a webhook. */
const secretsOfUrl = (text: string): readonly string[] => {
  const { username, password, pathname, search } = new URL(text);
  if (password !== '') return [password, decoded(password)];
  return username === '' ? [text, `${pathname}${search}`] : [username, decoded(username)];
};

const secretsOf = (value: string): readonly string[] => {
  if (URL.canParse(value) && /^[a-z+]+:\/\//i.test(value)) return secretsOfUrl(value);
  const pieces = value.split(/[\s,=]+/).filter((piece) => piece.length >= PIECE_CHARS_MIN);
  const afterDot = value.slice(value.indexOf('.') + 1);
  return [value, ...pieces, ...(afterDot.length >= PIECE_CHARS_MIN ? [afterDot] : [])];
};

const add = (to: Set<string>, value: string): void => {
  for (const secret of secretsOf(value)) {
    const written = JSON.stringify(secret).slice(1, -1);
    for (const each of [secret, written]) if (each.length >= CHARS_MIN) to.add(each);
  }
};

const sortAnew = (): void => {
  longestFirst = [...kept, ...issued].sort((one, other) => other.length - one.length);
};

/** Remembers a secret of a setting or a file, and what is secret within it, so that no text shows it. */
export const keepSecret = (value: string): string => {
  // A file ends with a line break, and what is shown of it does not.
  add(kept, value.trim());
  sortAnew();
  return value;
};

/** Remembers a secret that was made for somebody else and is shown once. */
export const keepIssued = (value: string): string => {
  add(issued, value);
  while (issued.size > ISSUED_MAX) issued.delete(issued.values().next().value ?? '');
  sortAnew();
  return value;
};

/** A text without any secret that is remembered: 60 of them cost 2.8 µs of CPU for a line of 293 characters, and no batch makes a line. */
export const withoutSecretValues = (text: string): string => {
  let shown = text;
  for (const secret of longestFirst) if (shown.includes(secret)) shown = shown.replaceAll(secret, REDACTED);
  return shown;
};
