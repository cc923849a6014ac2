export { type CompiledRules, compileRules } from './compile.js';
export { unjudgedCustomers } from './unjudged.js';
export { describeUnmatched, unmatchedPatterns } from './unmatched.js';
