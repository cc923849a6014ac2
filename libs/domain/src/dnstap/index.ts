export { type Control, encodeControl, type FrameFound, FrameReader, type StreamFault } from './frame-stream.js';
export { Tap, type TapCounts, type TapOutcome } from './tap.js';
export { createZoneFinder, type FindZone, normalizeZone } from './zone-finder.js';
