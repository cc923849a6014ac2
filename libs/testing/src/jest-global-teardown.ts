const globalTeardown = async (): Promise<void> => {
  await (globalThis as { stopTestServers?: () => Promise<void> }).stopTestServers?.();
};
export default globalTeardown;
