import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench } from './bench.js';
import { FLEET } from './fleet-stream.js';
import type { SlotsFigures } from './slots.bench.js';

const PROGRAM = fileURLToPath(new URL('../slots-bench.main.js', import.meta.url));
const OUTCOMES_PER_S = 100_000;
const WARM_UP_S = 15;

const measure = async (seconds: number): Promise<SlotsFigures> => {
  const args = [PROGRAM, String(OUTCOMES_PER_S), 'healthy', String(WARM_UP_S), String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return (JSON.parse(stdout) as { readonly figures: SlotsFigures }).figures;
};

/** The rules alone, with the default pack, in a process of their own: what they take of a slot of a large fleet, and of memory. */
export const rulesBench: Bench = {
  name: 'rules',
  run: async ({ seconds }) => {
    const { decodeShare, applyShare, evaluateShare, rssMb } = await measure(seconds);
    const ms = (share: number): number => Number((1_000 * share).toFixed(1));
    const slot = { decodeMs: ms(decodeShare), applyMs: ms(applyShare), evaluateMs: ms(evaluateShare) };
    const shares = { decode: decodeShare, apply: applyShare, evaluate: evaluateShare };
    const cpuSeconds = Object.fromEntries(Object.entries(shares).map(([part, share]) => [part, share * seconds]));
    const note = `a slot of ${FLEET.customers} customers and ${FLEET.nodes} nodes takes ${slot.decodeMs} + ${slot.applyMs} + ${slot.evaluateMs} ms to decode, apply and evaluate; RSS ${rssMb.toFixed(0)} MB`;
    return {
      costs: [{ name: 'rules', outcomes: OUTCOMES_PER_S * seconds, cpuSeconds, note }],
      json: { rules: { ...slot, rssMb: Math.round(rssMb) } },
    };
  },
};
