export { type CompiledRules, compileRules, type PlainRuleFile } from './compile.js';
export type { Finding, FindingPath } from './finding.js';
export { describeUnmatched, type UnmatchedPattern, unmatchedPatterns } from './unmatched.js';
