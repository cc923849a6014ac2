import fc from 'fast-check';
import { seedOf } from './seed-of.js';

/** Loaded once into each worker, before its first test file: what every property draws from, unless it names a seed of its own. */
const seed = seedOf('FC_SEED');
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
