declare module 'kafkajs-snappy' {
  /** Raw Snappy, and the framing of Java's clients. */
  export default function snappy(): { readonly decompress: (packed: Buffer) => Promise<Uint8Array> };
}
declare module 'lz4js' {
  const lz4: {
    /** Bytes that a frame may unpack to, by its headers. */
    readonly decompressBound: (packed: Uint8Array) => number;
    readonly decompress: (packed: Uint8Array, bytesMax: number) => Uint8Array;
  };
  export default lz4;
}
