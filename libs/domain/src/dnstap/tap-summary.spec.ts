import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { TapSummarizer, type TapSummary } from './tap-summary.js';
import { createZoneFinder } from './zone-finder.js';

const FIXTURES = join(process.cwd(), 'libs/domain/src/dnstap/fixtures');
const FILES = readdirSync(FIXTURES).filter((name) => name.endsWith('.fstrm'));
const recording = (name: string): Uint8Array => readFileSync(join(FIXTURES, name));

const summaryOf = (bytes: Uint8Array, pieceBytes = bytes.length): TapSummary => {
  const summarizer = new TapSummarizer(createZoneFinder([]));
  for (let at = 0; at < bytes.length; at += pieceBytes)
    if (!summarizer.push(bytes.subarray(at, at + pieceBytes))) break;
  return summarizer.end();
};

describe('what is in a recording', () => {
  it.each(FILES)('R1: %s: the same, whatever pieces it comes in', (name) => {
    const bytes = recording(name);
    expect(summaryOf(bytes, 1_000)).toEqual(summaryOf(bytes));
    expect(summaryOf(bytes, 7)).toEqual(summaryOf(bytes));
  });

  it.each([
    ['knot-400.fstrm', { kind: 'whole' }, 400],
    ['truncated-mid-frame.fstrm', { kind: 'cut', expected: 99, have: 50 }, 153],
    ['corrupt-length.fstrm', { kind: 'corrupt', fault: 'frame_too_long' }, 39],
    ['corrupt-payload.fstrm', { kind: 'whole' }, 400],
  ])('%s ends %j, after %i frames', (name, end, frames) => {
    expect(summaryOf(recording(name))).toMatchObject({ end, counts: { frames } });
  });

  it('without STOP it is cut, without START it is no recording of dnstap', () => {
    const bytes = recording('knot-400.fstrm');
    expect(summaryOf(bytes.subarray(0, bytes.length - 12)).end).toEqual({ kind: 'cut' });
    expect(summaryOf(new Uint8Array(0)).end).toEqual({ kind: 'foreign', fault: 'no_start' });
    expect(summaryOf(bytes.subarray(40)).end.kind).toBe('foreign');
  });

  it('every message has a type, every outcome a class', () => {
    for (const name of FILES) {
      const { counts, types, classes, names } = summaryOf(recording(name));
      const sum = (numbers: Readonly<Record<string, number>>): number =>
        Object.values(numbers).reduce((total, count) => total + count, 0);
      expect(sum(types)).toBe(counts.frames - counts.undecodable);
      expect(sum(classes)).toBe(sum(names));
    }
  });

  it('damage is a finding, never an exception: what was good before it is counted', () => {
    const sound = recording('nsd-malformed.fstrm');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        (changes, cut) => {
          const bytes = sound.slice(0, cut % 2 === 0 ? sound.length : cut % sound.length);
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
          expect(['whole', 'cut', 'corrupt', 'foreign']).toContain(summaryOf(bytes).end.kind);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
