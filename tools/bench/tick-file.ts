import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

const LENGTH_BYTES = 4;

const lengthOf = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** Ticks of `slots` in a file: for each tick the number of its records, and for each record its length and bytes; u32, LE. */
export const writeTicks = (path: string, ticks: Iterable<readonly Uint8Array[]>): void => {
  const file = openSync(path, 'w');
  try {
    for (const records of ticks) {
      writeSync(file, lengthOf(records.length));
      for (const record of records) {
        writeSync(file, lengthOf(record.length));
        writeSync(file, record);
      }
    }
  } finally {
    closeSync(file);
  }
};

const readExactly = (file: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const read = readSync(file, bytes, at, length - at, null);
    if (read === 0) throw new Error(`read ticks: the file ends ${length - at} bytes early`);
    at += read;
  }
  return bytes;
};

/** The ticks of a file, one at a time, so that only what is read of them is in memory. */
export function* readTicks(path: string): Generator<readonly Uint8Array[]> {
  const file = openSync(path, 'r');
  try {
    for (let left = fstatSync(file).size; left > 0;) {
      const count = readExactly(file, LENGTH_BYTES).readUInt32LE();
      const records = Array.from({ length: count }, () =>
        readExactly(file, readExactly(file, LENGTH_BYTES).readUInt32LE()),
      );
      left -= LENGTH_BYTES + records.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0);
      yield records;
    }
  } finally {
    closeSync(file);
  }
}
