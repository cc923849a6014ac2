import fc from 'fast-check';
import { type ActLink, LINK_MS_MAX, readActLink, REPLY_ACTIONS, signActLink } from './act-link.js';
import { isRefusal } from './problem.js';

const SECRET = 's'.repeat(43);
const NOW_MS = Date.UTC(2026, 0, 5, 10);

const link: fc.Arbitrary<ActLink> = fc.record({
  incidentId: fc.string({ minLength: 1, maxLength: 128 }),
  actions: fc.subarray([...REPLY_ACTIONS]),
  person: fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).filter(({ length }) => length <= 200),
  expiresAtMs: fc.integer({ min: NOW_MS + 1, max: NOW_MS + LINK_MS_MAX }),
});

const codeOf = (secret: string, token: string, nowMs = NOW_MS): string | undefined => {
  const read = readActLink(secret, token, nowMs);
  return isRefusal(read) ? read.refused : undefined;
};

describe('the token of a link', () => {
  it('says what it was made of, whatever that is, as long as it fits', () => {
    fc.assert(
      fc.property(link, (made) => {
        const token = signActLink(SECRET, made);
        fc.pre(token.length <= 1_024);
        expect(readActLink(SECRET, token, NOW_MS)).toEqual(made);
        expect(token).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
      }),
    );
  });

  it('is refused when any one character of it is another, is missing or is there twice', () => {
    fc.assert(
      fc.property(
        link,
        fc.nat(),
        fc.constantFrom('A', 'z', '0', '9', '-', '_', '.', '=', '~'),
        (made, position, other) => {
          const token = signActLink(SECRET, made);
          const at = position % token.length;
          const changed = [
            `${token.slice(0, at)}${other}${token.slice(at + 1)}`,
            token.slice(0, at) + token.slice(at + 1),
            `${token.slice(0, at)}${token[at]}${token.slice(at)}`,
          ];
          const codes = changed.filter((each) => each !== token).map((each) => codeOf(SECRET, each));
          expect(new Set(codes)).toEqual(new Set(['LINK_INVALID']));
        },
      ),
    );
  });

  it('is refused when it was made with another secret, or is no token at all', () => {
    fc.assert(
      fc.property(link, fc.string({ maxLength: 2_000 }), (made, text) => {
        expect(codeOf(SECRET, signActLink('o'.repeat(43), made))).toBe('LINK_INVALID');
        expect(codeOf(SECRET, text)).toBe('LINK_INVALID');
      }),
    );
  });

  it('is over at its end, and not before', () => {
    const token = signActLink(SECRET, {
      incidentId: 'i',
      actions: ['acknowledge'],
      person: 'alice',
      expiresAtMs: NOW_MS,
    });
    expect(codeOf(SECRET, token, NOW_MS - 1)).toBeUndefined();
    expect(codeOf(SECRET, token, NOW_MS)).toBe('LINK_EXPIRED');
  });
});
