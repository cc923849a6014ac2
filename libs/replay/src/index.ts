export { runBacktest } from './backtest.js';
export { type ReadLog, recordingOfLog } from './log-recording.js';
export * from './recording.js';
export * from './replay-run.js';
