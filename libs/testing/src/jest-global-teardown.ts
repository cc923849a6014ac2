const globalTeardown = async (): Promise<void> => {
  await (globalThis as { stopTestServer?: () => Promise<void> }).stopTestServer?.();
};
export default globalTeardown;
