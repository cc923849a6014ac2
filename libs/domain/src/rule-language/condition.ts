import type { Rule } from '#contracts';
import type { Tell } from './finding.js';
import type { SignalWords } from './signal-words.js';

interface Comparison {
  readonly sign: string;
  readonly value: number;
  readonly unit: string;
}

/** Reads `>= 99.2 %`, which its schema has let through. */
const comparisonOf = (text: string): Comparison => {
  const [, sign = '', digits = '', unit = ''] = /^([<>]=?) ?(-?\d+(?:\.\d+)?) ?(.*)$/.exec(text) ?? [];
  return { sign, value: Number(digits), unit: unit.trim() };
};

const unitsText = ({ units }: SignalWords): string => {
  const named = Object.keys(units).filter((unit) => unit !== '');
  return named.length === 0 ? 'no unit' : `${named.join(' or ')}${'' in units ? ', or no unit' : ''}`;
};

const valueOf = ({ value, unit }: Comparison, signal: string, words: SignalWords): number | string => {
  const factor = words.units[unit];
  if (factor !== undefined) return value * factor;
  return `${signal} is in ${unitsText(words)}, not ${unit === '' ? 'a bare number' : unit}`;
};

/** What the conditions of a rule say. */
export type Condition = Pick<Rule, 'comparison' | 'threshold' | 'clearThreshold'>;

/** What is written of the conditions of a rule. */
export interface WrittenCondition {
  readonly signal: string;
  readonly fires: string;
  readonly clears: string | undefined;
}

const clearOf = (
  { signal, fires, clears = '' }: WrittenCondition,
  threshold: number,
  words: SignalWords,
): number | string => {
  const { sign } = comparisonOf(fires);
  const clear = comparisonOf(clears);
  const wanted = sign === '<' ? '>=' : '<=';
  if (clear.sign !== wanted) return `must begin with ${wanted}: it is the other side of fires: "${fires}"`;
  const value = valueOf(clear, signal, words);
  if (typeof value === 'string') return value;
  const isBehind = sign === '<' ? value < threshold : value > threshold;
  return isBehind ? `${clears.slice(2).trim()} still fires (${fires}): it would be clear and firing at once` : value;
};

/** Reads both conditions of a rule in the unit of its signal; undefined when the first one cannot be read. */
export const readCondition = (written: WrittenCondition, words: SignalWords, tell: Tell): Condition | undefined => {
  const fires = comparisonOf(written.fires);
  const threshold = valueOf(fires, written.signal, words);
  if (typeof threshold === 'string') {
    tell(['fires'], threshold);
    const clear = written.clears === undefined ? 0 : valueOf(comparisonOf(written.clears), written.signal, words);
    if (typeof clear === 'string') tell(['clears'], clear);
    return undefined;
  }
  const comparison = fires.sign === '<' ? 'below' : 'above';
  if (written.clears === undefined) return { comparison, threshold };
  const clearThreshold = clearOf(written, threshold, words);
  if (typeof clearThreshold === 'number') return { comparison, threshold, clearThreshold };
  tell(['clears'], clearThreshold);
  return { comparison, threshold };
};
