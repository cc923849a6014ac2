import fc from 'fast-check';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { Names } from './names.js';

describe('names', () => {
  it('are numbered as they come, and written as their text would be', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }))), (texts) => {
        const [names, writer] = [new Names(), new ByteWriter()];
        expect(texts.map((text) => names.add(text))).toEqual(texts.map((_text, number) => number));
        for (let number = names.size - 1; number >= 0; number -= 1) writer.name(names, number);
        const reader = new ByteReader(writer.finish());
        expect(texts.map(() => reader.text())).toEqual(texts.toReversed());
        expect(reader.fault).toBeUndefined();
      }),
    );
  });
});
