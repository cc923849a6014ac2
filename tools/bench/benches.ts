import type { Bench } from './bench.js';
import { auditBench } from './audit.bench.js';
import { decodeFoldBench } from './decode-fold.bench.js';
import { naiveBench } from './naive.bench.js';
import { wholePathBench } from './whole-path.bench.js';
import { firstPageBench } from './first-page.bench.js';
import { brokerBench } from './broker.bench.js';
import { edgeAgentBench } from './edge-agent.bench.js';
import { readersBench } from './readers.bench.js';
import { rulesBench } from './rules.bench.js';
import { tapBench } from './tap.bench.js';

/** Every bench, in the order in which they run. */
export const BENCHES: readonly Bench[] = [
  decodeFoldBench,
  wholePathBench,
  naiveBench,
  rulesBench,
  tapBench,
  edgeAgentBench,
  brokerBench,
  firstPageBench,
  readersBench,
  auditBench,
];
