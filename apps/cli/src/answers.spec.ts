import { z } from 'zod';
import { readAnswer, readOneOrMany } from './answers.js';

const shape = z.object({ status: z.enum(['open', 'over']), count: z.number() });

describe('an answer of another version', () => {
  it('is given back as it came: fields that are new, and words that are', () => {
    const newer = { status: 'paused', count: 1, colour: 'red' };
    expect(readAnswer(shape, newer)).toBe(newer);
  });

  it('may have fields that a strict schema of this version does not name', () => {
    const newer = { status: 'open', count: 1, colour: 'red' };
    expect(readAnswer(z.strictObject(shape.shape), newer)).toBe(newer);
  });

  it.each([[{ count: 1 }], [{ status: 7, count: 1 }], [{ status: 'paused' }], [null], ['text']])(
    '%j lacks what is needed',
    (answer) => {
      expect(() => readAnswer(shape, answer)).toThrow(z.ZodError);
    },
  );

  it('of one thing is like one of several', () => {
    const one = { status: 'open', count: 1 };
    expect(readOneOrMany('thing', 'things', shape, { thing: one })).toEqual([one]);
    expect(readOneOrMany('thing', 'things', shape, { things: [one, one] })).toEqual([one, one]);
    expect(() => readOneOrMany('thing', 'things', shape, {})).toThrow(z.ZodError);
  });
});
