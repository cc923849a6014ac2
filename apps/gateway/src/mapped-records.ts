import { BATCH_OUTCOMES_MAX, isRefusal, refuse, type Refusal } from '#contracts';

/** One record of a request: what it holds, or why it holds nothing; and its bytes, as they came. */
export interface SentRecord {
  /** From 1: the line, or the element of an array. */
  readonly line: number;
  readonly value: unknown;
  readonly refusal: Refusal | undefined;
  readonly bytes: Uint8Array;
}

/** Longest line; the largest message of DNS, written out with every field, takes half. */
const LINE_BYTES_MAX = 65_536;
const [NEWLINE, OPEN_BRACKET] = [0x0a, 0x5b] as const;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const parse = (bytes: Uint8Array): { readonly value: unknown } | Refusal => {
  try {
    return { value: JSON.parse(UTF8.decode(bytes)) };
  } catch (error) {
    return refuse('BODY_UNPARSABLE', error instanceof Error ? error.message.slice(0, 200) : 'not JSON');
  }
};

const tooMany = (at: string): Refusal => refuse('BODY_INVALID', `more than ${BATCH_OUTCOMES_MAX} records`, at);

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);

const readLine = (bytes: Uint8Array, line: number): SentRecord => {
  const parsed =
    bytes.length > LINE_BYTES_MAX
      ? refuse('BODY_TOO_LARGE', `the line has ${bytes.length} bytes: at most ${LINE_BYTES_MAX}`)
      : parse(bytes);
  return isRefusal(parsed)
    ? { line, value: undefined, refusal: parsed, bytes }
    : { line, value: parsed.value, refusal: undefined, bytes };
};

function* readLines(body: Uint8Array): Generator<SentRecord> {
  let line = 0;
  for (let from = 0; from < body.length;) {
    const at = body.indexOf(NEWLINE, from);
    const to = at < 0 ? body.length : at;
    const bytes = body.subarray(from, to);
    line += 1;
    if (!isBlank(bytes)) yield readLine(bytes, line);
    from = to + 1;
  }
}

const readArray = (body: Uint8Array): readonly SentRecord[] | Refusal => {
  const parsed = parse(body);
  if (isRefusal(parsed)) return parsed;
  const values = parsed.value as readonly unknown[];
  if (values.length > BATCH_OUTCOMES_MAX) return tooMany(`/${BATCH_OUTCOMES_MAX}`);
  return values.map((value, index) => ({ line: index + 1, value, refusal: undefined, bytes: body }));
};

/** The records of a body: one a line, or one JSON array of them. A line that cannot be read spoils no other. */
export const readRecords = (body: Uint8Array): readonly SentRecord[] | Refusal => {
  const first = body.findIndex((byte) => byte > 0x20);
  if (body[first] === OPEN_BRACKET) return readArray(body);
  const records: SentRecord[] = [];
  for (const record of readLines(body)) {
    if (records.length >= BATCH_OUTCOMES_MAX) return tooMany(`line ${record.line}`);
    records.push(record);
  }
  return records;
};
