import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TICK_MS } from '#contracts';
import type { Bench } from './bench.js';
import { FLEET } from './fleet-stream.js';
import type { SlotsFigures } from './slots.bench.js';

const PROGRAM = fileURLToPath(new URL('../slots-bench.main.js', import.meta.url));
const OUTCOMES_PER_S = 100_000;
const WARM_UP_S = 30;
/** What the evaluation of one slot may take. */
const EVALUATE_MS_MAX = 20;
const TICKS_PER_SLOT = 1_000 / TICK_MS;

/** Several readings of the same ticks; the one with the least CPU time counts, part by part, since neighbours only add to it. */
const measure = async (seconds: number, runs: number): Promise<readonly SlotsFigures[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'rules-bench-'));
  const args = [String(OUTCOMES_PER_S), 'healthy', String(WARM_UP_S), String(seconds), join(folder, 'ticks')];
  const figures: SlotsFigures[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args]);
      figures.push((JSON.parse(stdout) as { readonly figures: SlotsFigures }).figures);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return figures;
};

/**
 * The rules alone, with the default pack, in a process of their own: what they take of a slot of a large fleet, and of memory. A slot
 * is four ticks of twelve partitions, each decoded and applied, and four evaluations of every rule for every subject.
 */
export const rulesBench: Bench = {
  name: 'rules',
  run: async ({ seconds, runs }) => {
    const figures = await measure(seconds, runs);
    const least = (of: (each: SlotsFigures) => number): number => Math.min(...figures.map(of));
    const shares = {
      decode: least(({ decodeShare }) => decodeShare),
      apply: least(({ applyShare }) => applyShare),
      evaluate: least(({ evaluateShare }) => evaluateShare),
    };
    const ms = (share: number): number => Number((1_000 * share).toFixed(1));
    const slot = { decodeMs: ms(shares.decode), applyMs: ms(shares.apply), evaluateMs: ms(shares.evaluate) };
    const [rssMb, heapMb, arraysMb] = [
      least((each) => each.rssMb),
      least((each) => each.heapMb),
      least((each) => each.arraysMb),
    ].map(Math.round);
    const cpuSeconds = Object.fromEntries(Object.entries(shares).map(([part, share]) => [part, share * seconds]));
    const note =
      `a slot of ${FLEET.customers} customers and ${FLEET.nodes} nodes (${TICKS_PER_SLOT} ticks of ${FLEET.partitions} partitions) takes ` +
      `${slot.decodeMs} ms to decode, ${slot.applyMs} ms to apply and ${slot.evaluateMs} ms to evaluate and decide, of at most ${EVALUATE_MS_MAX}; ` +
      `RSS ${rssMb} MB, objects ${heapMb} MB, arrays ${arraysMb} MB`;
    const json = { ...slot, evaluateMsMax: EVALUATE_MS_MAX, rssMb, heapMb, arraysMb };
    return {
      costs: [{ name: 'rules', outcomes: OUTCOMES_PER_S * seconds, cpuSeconds, note }],
      json: { rules: json },
    };
  },
};
