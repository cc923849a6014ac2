import { endianness } from 'node:os';
import { refuse, type Refusal } from '../problem.js';
import type { ColumnName } from './columns.js';
import type { Span } from './protobuf-reader.js';

// Columns are viewed, not parsed; every platform that Node 20 and PostgreSQL are built for here is little-endian.
if (endianness() !== 'LE') throw new Error('tocsin reads columns in place: a little-endian machine is needed');

/** Bytes of a slab: room for some batches, so that none of them pays for an allocation. Who keeps a batch keeps its slab. */
const SLAB_BYTES = 32_768;

/** Where copies of columns stand, one after the other; a place is given once. A column that no longer fits begins the next slab. */
let slab = new Uint8Array(0);
let slabAt = 0;

/** Copies bytes to the slab and gives their place there, a multiple of four. */
const copyToSlab = (bytes: Uint8Array): number => {
  if (slabAt + bytes.length > slab.length) {
    // Not from Node's pool, whose places are not aligned, and not filled with zeros: each byte that is viewed is written first.
    slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes.length));
    slabAt = 0;
  }
  const at = slabAt;
  slab.set(bytes, at);
  slabAt = at + ((bytes.length + 3) & ~3);
  return at;
};

/** Columns as views into `bytes` where they are aligned. Protobuf aligns nothing, so most of the wide ones are copied. */
export class ColumnViews {
  /** The first column that is no whole number of entries. */
  fault: Refusal | undefined;

  constructor(private readonly bytes: Uint8Array) {}

  u8({ from, to }: Span): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, to - from);
  }

  u16(name: ColumnName, span: Span): Uint16Array {
    const length = this.entries(name, span, 2);
    const at = this.bytes.byteOffset + span.from;
    if (at % 2 === 0) return new Uint16Array(this.bytes.buffer, at, length);
    const copied = copyToSlab(this.u8(span));
    return new Uint16Array(slab.buffer, copied, length);
  }

  u32(name: ColumnName, span: Span): Uint32Array {
    const length = this.entries(name, span, 4);
    const at = this.bytes.byteOffset + span.from;
    if (at % 4 === 0) return new Uint32Array(this.bytes.buffer, at, length);
    const copied = copyToSlab(this.u8(span));
    return new Uint32Array(slab.buffer, copied, length);
  }

  private entries(name: ColumnName, { from, to }: Span, width: number): number {
    const bytes = to - from;
    if (bytes % width !== 0)
      this.fault ??= refuse('COLUMN_LENGTH', `${bytes} bytes: expected a multiple of ${width}`, `column ${name}`);
    return Math.floor(bytes / width);
  }
}
