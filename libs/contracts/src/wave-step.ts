/** The four steps of a wave, in this order (R58). */
export const WAVE_STEPS = ['stop', 'deploy', 'start', 'verify'] as const;
/** How far a node of a wave has come. */
export type WaveStep = (typeof WAVE_STEPS)[number];
