export { encodeControl, type FrameFound, FrameReader } from './frame-stream.js';
export { RecentNames } from './recent-names.js';
export { Tap } from './tap.js';
export type { TapCounts } from './tap-counts.js';
export type { TapOutcome } from './tap-outcome.js';
export { readTapVersion } from './tap-version.js';
export { createZoneFinder, normalizeZone } from './zone-finder.js';
export { type RecordingEnd, type TapSummary, TapSummarizer } from './tap-summary.js';
