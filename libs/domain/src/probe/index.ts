export { EXPECT_ANY, type Expectation, isReplyTo, judge, type Judgement, type Reply } from './judge.js';
export { judgeBurst } from './burst.js';
export { canonicalValue } from './answer-data.js';
export { encodeName, QTYPE, type QtypeName } from './dns-query.js';
export { judgeLoad, type LoadResult, LOADS } from './load-test.js';
export {
  CRITICAL_DOMAINS,
  DEFAULT_RHYTHMS,
  type Probe,
  PROBE_FAMILIES,
  type ProbedName,
  type ProbedTarget,
  type ProbeFamily,
  probeOf,
} from './probe-families.js';
export {
  decidePropagation,
  type Propagation,
  PROPAGATION_ROUNDS,
  type PropagationProbe,
  resolutionTimeMs,
} from './propagation.js';
export { isProbeable } from './reverse-name.js';
export { dueOf, isRhythm, offsetOf, type Series, takeDue } from './schedule.js';
