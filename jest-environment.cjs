const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/**
 * The environment of jest for Node, with a global object of V8's own. That of jest is a proxy: each `Math.min` and `Map` of the code
 * under test would be asked of it, which makes loops that are fast in a server several times slower in a test.
 */
module.exports = class extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }
};
