export * from './window/cells.js';
export * from './window/partition-tick.js';
export * from './window/window-sum.js';
