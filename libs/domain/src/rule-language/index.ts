export { type CompiledRules, compileRules } from './compile.js';
export { describeUnmatched, unmatchedPatterns } from './unmatched.js';
