import { startTestServer } from './test-server.js';

const globalSetup = async (): Promise<void> => {
  const stop = await startTestServer();
  (globalThis as { stopTestServer?: () => Promise<void> }).stopTestServer = stop;
};
export default globalSetup;
