export * from './window/cells.js';
export * from './window/partition-tick.js';
export * from './window/window-sum.js';
export * from './rule/catalogue.js';
export * from './rule/default-rules.js';
export * from './rule/engine.js';
export * from './rule/rule.js';
