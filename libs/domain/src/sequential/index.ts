export { fastPathFault } from './fast-path.js';
