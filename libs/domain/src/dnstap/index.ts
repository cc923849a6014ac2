export { encodeControl, type FrameFound, FrameReader } from './frame-stream.js';
export { Tap, type TapCounts, type TapOutcome } from './tap.js';
export { createZoneFinder, normalizeZone } from './zone-finder.js';
export { type RecordingEnd, type TapSummary, TapSummarizer } from './tap-summary.js';
