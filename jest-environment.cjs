/**
 * The worker's own process as the world of a test file, with no context of V8 around it: see jest-runtime.cjs. What a file leaves
 * behind in the process is taken back, so that the next file finds what this one found.
 */
module.exports = class {
  constructor() {
    this.global = globalThis;
    const { console } = globalThis;
    const { exit, exitCode } = process;
    const directory = process.cwd();
    const variables = { ...process.env };
    const listeners = new Map(process.eventNames().map((name) => [name, new Set(process.rawListeners(name))]));
    this.restore = () => {
      globalThis.console = console;
      Object.assign(process, { exit, exitCode });
      process.chdir(directory);
      for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
      Object.assign(process.env, variables);
      for (const name of process.eventNames()) {
        for (const listener of process.rawListeners(name)) {
          if (!listeners.get(name)?.has(listener)) process.removeListener(name, listener);
        }
      }
    };
  }

  setup() {}

  teardown() {
    this.restore();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** Asked for by jest's coverage and fake timers alone, which are not used here. */
  getVmContext() {
    return null;
  }
};
