import { get, type IncomingMessage } from 'node:http';

/** A stream of server-sent events as a client sees it. */
export interface OpenStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Everything that came. */
  readonly text: () => string;
  /** The positions of the events that came, in order. */
  readonly positions: () => readonly number[];
  /** Whether the other side has ended it. */
  readonly isOver: () => boolean;
  /** Takes nothing more from its socket, as a client that hangs. */
  readonly pause: () => void;
  readonly close: () => void;
}

/** The positions of all events with data in a text of server-sent events. A frame whose id is alone is none. */
export const positionsIn = (text: string): readonly number[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((frame) => {
      const [, id] = /^id: (\d+)$/m.exec(frame) ?? [];
      return id !== undefined && /^data: /m.test(frame) ? [Number(id)] : [];
    });

/** Opens a stream with an agent of its own, so that one that is slow holds no other. */
export const openStream = async (url: string, headers: Readonly<Record<string, string>>): Promise<OpenStream> => {
  const request = get(url, { headers, agent: false });
  const response = await new Promise<IncomingMessage>((opened, failed) => {
    request.once('response', opened);
    request.once('error', failed);
  });
  const parts: string[] = [];
  let over = false;
  response.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  response.once('close', () => (over = true)).on('error', () => undefined);
  request.on('error', () => undefined);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: () => parts.join(''),
    positions: () => positionsIn(parts.join('')),
    isOver: () => over,
    pause: () => void response.pause(),
    close: () => void request.destroy(),
  };
};
