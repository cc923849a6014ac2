import fc from 'fast-check';
import { createFrameReader, FRAME_CHARS_MAX } from './event-frames.js';

const read = (...pieces: readonly string[]) => {
  const reader = createFrameReader();
  return pieces.flatMap((piece) => reader(piece));
};

describe('server-sent events', () => {
  it('are what stands between empty lines', () => {
    expect(
      read('retry: 1000\nid: 4\n\nid: 5\ndata: {"a":1}\n\n: beat\nid: 6\n\nevent: end\ndata: x\ndata:y\n\nid: 7\n'),
    ).toEqual([
      { id: '4', event: 'message', data: undefined },
      { id: '5', event: 'message', data: '{"a":1}' },
      { id: '6', event: 'message', data: undefined },
      { id: undefined, event: 'end', data: 'x\ny' },
    ]);
  });

  it('are the same in whatever pieces they come, and by whatever break', () => {
    const texts = [
      'id: 1\ndata: a\n\n: c\n\nid: 2\ndata: b: c\ndata:\n\n',
      'event: end\ndata: {}\n\nid: 3\n\ndata: cut',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(60), { maxLength: 12 }),
        (plain, lineBreak, cuts) => {
          const text = plain.replaceAll('\n', lineBreak);
          const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
          const pieces = places.slice(1).map((end, at) => text.slice(places[at], end));
          expect(read(...pieces, lineBreak === '\r' ? ' ' : '')).toEqual(read(plain));
        },
      ),
    );
  });

  it('without an end are no stream of ours', () => {
    const reader = createFrameReader();
    const piece = `data: ${'x'.repeat(FRAME_CHARS_MAX / 4)}`;
    expect(() => [1, 2, 3, 4, 5].map(() => reader(piece))).toThrow('without an end');
  });
});
