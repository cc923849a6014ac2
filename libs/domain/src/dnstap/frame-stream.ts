/** What dnstap senders put into the control frames of a Frame Stream. */
export const DNSTAP_CONTENT_TYPE = 'protobuf:dnstap.Dnstap';

/** Control frames, by the number on the wire. */
export const CONTROL = { accept: 1, start: 2, stop: 3, ready: 4, finish: 5 } as const;
/** The name of a control frame. */
export type Control = keyof typeof CONTROL;

/** A frame holds two DNS messages of 64 KiB at most; what claims to be longer than this is damage, and costs neither memory nor a wait. */
export const FRAME_BYTES_MAX = 1024 * 1024;
/** Control frames hold a few content types; the same bound as the reference implementation's. */
export const CONTROL_BYTES_MAX = 512;
/** Pieces of a socket have 64 KiB; what is joined for larger frames is not kept beyond them. */
const ROOM_BYTES_KEPT_MAX = 256 * 1024;
const FIELD_CONTENT_TYPE = 1;
const WORD = 4;

/** Why a stream is not read on. */
export type StreamFault = 'frame_too_long' | 'control_malformed' | 'content_type_foreign' | 'data_before_start';

/** What a reader found. `truncated`: the stream ended within a frame, of which `have` of `expected` bytes are there. */
export type FrameFound =
  | { readonly kind: 'data'; readonly payload: Uint8Array }
  | { readonly kind: 'control'; readonly control: Control }
  | { readonly kind: 'refused'; readonly fault: StreamFault; readonly length: number }
  | { readonly kind: 'truncated'; readonly expected: number; readonly have: number };

const NAME_OF = new Map<number, Control>(Object.entries(CONTROL).map(([name, number]) => [number, name as Control]));

const u32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) * 0x1000000 + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));

const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

const contentTypes = (frame: Uint8Array): string[] | undefined => {
  const types: string[] = [];
  for (let at = WORD; at < frame.length;) {
    const length = at + 2 * WORD <= frame.length ? u32(frame, at + WORD) : frame.length;
    const end = at + 2 * WORD + length;
    if (end > frame.length) return undefined;
    if (u32(frame, at) === FIELD_CONTENT_TYPE) types.push(ascii(frame.subarray(at + 2 * WORD, end)));
    at = end;
  }
  return types;
};

/** A control frame with the content type of dnstap, as a receiver answers READY (accept) and STOP (finish). */
export const encodeControl = (control: Control, contentType = DNSTAP_CONTENT_TYPE): Uint8Array => {
  const hasType = control !== 'stop' && control !== 'finish';
  const bytes = new Uint8Array(3 * WORD + (hasType ? 2 * WORD + contentType.length : 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(4, bytes.length - 2 * WORD);
  view.setUint32(8, CONTROL[control]);
  if (hasType) {
    view.setUint32(12, FIELD_CONTENT_TYPE);
    view.setUint32(16, contentType.length);
    for (let i = 0; i < contentType.length; i += 1) bytes[20 + i] = contentType.charCodeAt(i);
  }
  return bytes;
};

/**
 * Reads a Frame Stream that arrives in pieces of any size. A stream is in one of three phases.
 * - OPENING: only control frames; READY and ACCEPT (sockets) or nothing (files) may come before START.
 * - RUNNING: START was seen with our content type; data frames are handed on. STOP leads back to OPENING: a file may hold
 *   several recordings one after another.
 * - DEAD: something was refused. Without its lengths a stream cannot be found again, so nothing more is read.
 */
export class FrameReader {
  private phase: 'opening' | 'running' | 'dead' = 'opening';
  /** What has come of a frame that is not whole yet: a view of `room`. */
  private rest: Uint8Array = new Uint8Array(0);
  /** Where pieces are joined; kept, since a piece seldom ends with a frame. */
  private room: Uint8Array = new Uint8Array(0);

  /** Takes the next piece; what it completes, in order. Payloads are views, to be used before the next piece comes. */
  push(piece: Uint8Array): FrameFound[] {
    if (this.phase === 'dead') return [];
    const bytes = this.joined(piece);
    const found: FrameFound[] = [];
    let at = 0;
    for (let size = this.frameAt(bytes, at, found); size > 0; size = this.frameAt(bytes, at, found)) at += size;
    // At most one frame is kept, and frames are bounded.
    if (this.isDead()) this.rest = this.room = new Uint8Array(0);
    else this.rest = bytes === piece ? this.kept(piece.subarray(at)) : bytes.subarray(at);
    return found;
  }

  /** Says that nothing more comes: what was left of a frame is reported. */
  end(): FrameFound[] {
    const { rest } = this;
    this.rest = this.room = new Uint8Array(0);
    if (this.phase === 'dead' || rest.length === 0) return [];
    this.phase = 'dead';
    const header = rest.length >= WORD && u32(rest, 0) === 0 ? 2 * WORD : WORD;
    const expected = rest.length < header ? header : u32(rest, header - WORD);
    return [{ kind: 'truncated', expected, have: rest.length < header ? rest.length : rest.length - header }];
  }

  /** Whether the stream ended as a sender that lives ends it: after STOP. A crashed one closes without. */
  get isStopped(): boolean {
    return this.phase === 'opening';
  }

  /** Bytes of a frame that has begun and is not whole yet. */
  get pendingBytes(): number {
    return this.rest.length;
  }

  private isDead(): boolean {
    return this.phase === 'dead';
  }

  /** A copy: the piece is not ours. */
  private kept(rest: Uint8Array): Uint8Array {
    if (this.room.length < rest.length) this.room = new Uint8Array(rest.length);
    this.room.set(rest);
    return this.room.subarray(0, rest.length);
  }

  private joined(piece: Uint8Array): Uint8Array {
    const { rest } = this;
    if (rest.length === 0) return piece;
    const length = rest.length + piece.length;
    // `set` and `copyWithin` both do right by what overlaps. A frame that was large does not keep its room for ever.
    const isRoomy = this.room.length >= length && this.room.length <= ROOM_BYTES_KEPT_MAX;
    const room = isRoomy ? this.room : new Uint8Array(length);
    room.set(rest);
    room.set(piece, rest.length);
    this.room = room;
    return room.subarray(0, length);
  }

  /** Bytes taken by the frame at `at`; 0 when it is not whole yet, or nothing is read any more. */
  private frameAt(bytes: Uint8Array, at: number, found: FrameFound[]): number {
    if (this.isDead() || bytes.length - at < WORD) return 0;
    const length = u32(bytes, at);
    if (length === 0) return this.controlAt(bytes, at, found);
    if (length > FRAME_BYTES_MAX) return this.refuse('frame_too_long', length, found);
    if (this.phase !== 'running') return this.refuse('data_before_start', length, found);
    if (bytes.length - at < WORD + length) return 0;
    found.push({ kind: 'data', payload: bytes.subarray(at + WORD, at + WORD + length) });
    return WORD + length;
  }

  private controlAt(bytes: Uint8Array, at: number, found: FrameFound[]): number {
    if (bytes.length - at < 2 * WORD) return 0;
    const length = u32(bytes, at + WORD);
    if (length > CONTROL_BYTES_MAX || length < WORD) return this.refuse('control_malformed', length, found);
    if (bytes.length - at < 2 * WORD + length) return 0;
    const frame = bytes.subarray(at + 2 * WORD, at + 2 * WORD + length);
    const control = NAME_OF.get(u32(frame, 0));
    const types = contentTypes(frame);
    if (control === undefined || types === undefined) return this.refuse('control_malformed', length, found);
    // Without any content type the sender takes whatever the receiver expects.
    if (types.length > 0 && !types.includes(DNSTAP_CONTENT_TYPE))
      return this.refuse('content_type_foreign', length, found);
    if (control === 'start') this.phase = 'running';
    if (control === 'stop') this.phase = 'opening';
    found.push({ kind: 'control', control });
    return 2 * WORD + length;
  }

  private refuse(fault: StreamFault, length: number, found: FrameFound[]): 0 {
    this.phase = 'dead';
    found.push({ kind: 'refused', fault, length });
    return 0;
  }
}
