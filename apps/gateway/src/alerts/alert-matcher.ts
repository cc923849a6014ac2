/** Whether the value of a label fits. */
export type FitsValue = (value: string) => boolean;

/** Longest pattern: as a value of a label at most, with room for alternatives. */
const PATTERN_CHARS_MAX = 500;
/** What a pattern may hold that stands for itself, beside what is escaped; what of RE2 is none of this is not read. */
const PLAIN = /^[\w\s:/@,;=%&#~<>!'"`-]$/;

/** `'any'` is one character, `'some'` any number of them. */
type Token = { readonly is: 'any' | 'some' } | { readonly is: 'char'; readonly char: string };

const ANY = { is: 'any' } as const;
const SOME = { is: 'some' } as const;

/** The tokens of one alternative; undefined where it holds what is not read. */
const tokensOf = (pattern: string): readonly Token[] | undefined => {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const [char = '', next = ''] = [pattern[at], pattern[at + 1]];
    if (char === '\\' && /^[^\w\s]$/.test(next)) {
      tokens.push({ is: 'char', char: next });
      at += 1;
    } else if (char === '.' && (next === '*' || next === '+')) {
      tokens.push(...(next === '*' ? [SOME] : [ANY, SOME]));
      at += 1;
    } else if (char === '.') tokens.push(ANY);
    else if (PLAIN.test(char)) tokens.push({ is: 'char', char });
    else return undefined;
  }
  return tokens;
};

/** Goes back to the last `some` alone, so that no pattern costs more than its length times that of the value. */
const fits = (tokens: readonly Token[], value: string): boolean => {
  let [token, at, lastSome, resumeAt] = [0, 0, -1, 0];
  while (at < value.length) {
    const here = tokens[token];
    if (here?.is === 'some') [lastSome, resumeAt, token] = [token, at, token + 1];
    else if (here?.is === 'any' || (here?.is === 'char' && here.char === value[at])) [token, at] = [token + 1, at + 1];
    else if (lastSome >= 0) {
      resumeAt += 1;
      [token, at] = [lastSome + 1, resumeAt];
    } else return false;
  }
  return tokens.slice(token).every(({ is }) => is === 'some');
};

/** Splits at `|` where it is not escaped, and takes brackets around the whole away. */
const alternativesOf = (pattern: string): readonly string[] => {
  const bare = /^\((?:\?:)?([^()]*)\)$/.exec(pattern)?.[1] ?? pattern;
  return bare.split(/(?<!\\)\|/);
};

/**
 * A pattern as Alertmanager's matchers have them, of the whole value: alternatives, `.`, `.*`, `.+` and escaped characters, which is what
 * people filter by. Anything else is not read, since a pattern of a sender must not be able to stop this process.
 */
export const readPattern = (pattern: string): FitsValue | undefined => {
  if (pattern.length > PATTERN_CHARS_MAX) return undefined;
  const alternatives = alternativesOf(pattern).map(tokensOf);
  if (alternatives.includes(undefined)) return undefined;
  return (value) => alternatives.some((tokens) => tokens !== undefined && fits(tokens, value));
};
