const { pathToFileURL } = require('node:url');

/** Where jest-circus keeps its handlers of events, for the whole process. */
const HANDLERS = Symbol.for('EVENT_HANDLERS');
/** Where each evaluation of jest-circus keeps its state: a symbol of its own with this name. */
const STATE = 'JEST_STATE_SYMBOL';

/**
 * Loads test files as Node itself does, into the worker's own process; the tests, their hooks and time-outs remain jest-circus's. The
 * runtime of jest makes a context of V8 for each file and compiles everything in it again: to load the 33 files of apps/api took
 * 47 s of CPU with it where 8 do, since a worker has NestJS and GraphQL once. So a module keeps what it holds from one file to the
 * next, as it does in production; no test mocks a module, and `jest.mock`, `jest.fn` and fake timers are not there.
 */
module.exports = class {
  /** Called for jest-circus, once for each test file: it is evaluated anew, and the tests of the file before are let go. */
  requireInternalModule(path) {
    delete globalThis[HANDLERS];
    for (const key of Object.getOwnPropertySymbols(globalThis)) if (key.description === STATE) delete globalThis[key];
    delete require.cache[path];
    // Node lists here what this module required: the one before would be held with all of its tests.
    module.children.length = 0;
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  unstable_shouldLoadAsEsm(path) {
    return !path.endsWith('.cjs');
  }

  unstable_importModule(path) {
    return import(pathToFileURL(path).href);
  }

  /** None: where a file has no map here, jest reads the one that tsc wrote beside it. */
  getSourceMaps() {
    return new Map();
  }

  setGlobalsForRuntime() {}
  enterTestCode() {}
  leaveTestCode() {}
  teardown() {}
  getAllCoverageInfoCopy() {}
};
