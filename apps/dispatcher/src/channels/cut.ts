/** What stands for what was cut off. */
const ELLIPSIS = '…';

/** Share of a text that a cut at a word may cost; a single long word is cut within itself. */
const WORD_SHARE_MIN = 0.6;

/** A text of at most `charsMax` UTF-16 units, which is no more characters than that: cut behind a word, with an ellipsis. */
export const cut = (text: string, charsMax: number): string => {
  if (text.length <= charsMax) return text;
  const room = text.slice(0, Math.max(0, charsMax - ELLIPSIS.length));
  const space = room.lastIndexOf(' ');
  const kept = space > charsMax * WORD_SHARE_MIN ? room.slice(0, space) : room;
  // Never half of a surrogate pair: receivers refuse it.
  return `${kept.replace(/[\uD800-\uDBFF]$/, '')}${ELLIPSIS}`.slice(0, charsMax);
};

/** A text as `shown` writes it, of at most `charsMax` units then: what a receiver's markup adds counts, and is never cut within itself. */
export const cutShown = (text: string, charsMax: number, shown: (text: string) => string): string => {
  let room = charsMax;
  let written = shown(cut(text, room));
  while (written.length > charsMax && room > 0) {
    room = Math.max(0, Math.min(room - 1, Math.floor((room * charsMax) / written.length)));
    written = shown(cut(text, room));
  }
  return written;
};
