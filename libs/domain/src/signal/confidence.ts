import type { Rule } from '#contracts';
import { Z_999 } from '../impact/wilson.js';

/** Quantiles that are remembered: rules have a handful of confidences. Beyond it all are forgotten and computed again. */
const KNOWN_MAX = 100;
const known = new Map<number, number>();

/** Acklam's rational approximation of the normal quantile for the upper tail, error below 1.2e-9. */
const C = [-7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968];
const C_LAST = 2.938163982698783;
const D = [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
const A = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716];
const A_LAST = 2.506628277459239;
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
/** From here on the tail has another formula than the middle. */
const TAIL = 0.02425;

const horner = (coefficients: readonly number[], x: number, last: number): number =>
  coefficients.reduce((sum, each) => sum * x + each, 0) * x + last;

const quantile = (p: number): number => {
  if (p > 1 - TAIL) {
    const q = Math.sqrt(-2 * Math.log(1 - p));
    return -horner(C, q, C_LAST) / horner(D, q, 1);
  }
  const q = p - 0.5;
  const r = q * q;
  return (horner(A, r, A_LAST) * q) / horner(B, r, 1);
};

/** The quantile of a one-sided bound that holds with a confidence of 0..1; at one half and below there is no bound: 0. */
export const zOf = (confidence: number): number => {
  if (confidence === 0.999) return Z_999;
  if (confidence <= 0.5) return 0;
  const z = known.get(confidence) ?? quantile(confidence);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(confidence, z);
  return z;
};

/** Unless a rule says how sure a breach must be. */
const CONFIDENCE = 0.999;

/**
 * How sure a breach of a rule must be. Success is judged by its plain value, as the study gives it, unless the rule asks for confidence:
 * its limits of a few per cent are near what a small cell reaches by chance in a quiet minute.
 */
export const confidenceOf = ({ signal, confidence }: Pick<Rule, 'signal' | 'confidence'>): number =>
  confidence ?? (signal === 'success_rate' ? 0 : CONFIDENCE);
