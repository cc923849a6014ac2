/** One server-sent event: what stood between two empty lines. */
export interface Frame {
  readonly id: string | undefined;
  /** `message` unless it says another name. */
  readonly event: string;
  /** Undefined: it tells a position, or that the server lives, and nothing else. */
  readonly data: string | undefined;
}

/** The longest frame that is read, characters: a registration of 1,000 customers is a tenth of it. What is longer is no stream of ours. */
export const FRAME_CHARS_MAX = 8_388_608;

const fieldOf = (line: string): readonly [string, string] => {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
};

const frameOf = (lines: readonly string[]): Frame => {
  const fields = lines.map(fieldOf);
  const last = (name: string): string | undefined => fields.findLast(([field]) => field === name)?.[1];
  const data = fields.flatMap(([field, value]) => (field === 'data' ? [value] : []));
  return { id: last('id'), event: last('event') ?? 'message', data: data.length === 0 ? undefined : data.join('\n') };
};

/**
 * Reads server-sent events out of text as it comes, in whatever pieces: the frames that a piece completes. What a broken line left
 * unfinished is never a frame. Throws when one is longer than `FRAME_CHARS_MAX`.
 */
export const createFrameReader = (): ((text: string) => readonly Frame[]) => {
  let rest = '';
  let lines: string[] = [];
  let chars = 0;
  return (text) => {
    const frames: Frame[] = [];
    // A break may stand at the end of one piece and the beginning of the next: a lone \r waits for what follows it.
    const parts = `${rest}${text}`.split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? '';
    for (const line of parts) {
      chars += line.length;
      if (line !== '') lines.push(line);
      else {
        if (lines.length > 0) frames.push(frameOf(lines));
        [lines, chars] = [[], 0];
      }
    }
    if (chars + rest.length > FRAME_CHARS_MAX) throw new Error('the stream of events holds one without an end');
    return frames;
  };
};
