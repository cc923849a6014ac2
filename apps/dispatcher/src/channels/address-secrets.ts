/** Shorter parts of an address are words, not passwords. */
const SECRET_CHARS_MIN = 8;

/** What of an address no log may show: the path of a webhook is often its password, and so may each parameter be, alone or in a whole line. */
export const addressSecrets = (url: URL): string[] => [
  url.href,
  ...[url.pathname + url.search, url.pathname, url.search, ...url.searchParams.values()].filter(
    (part) => part.length > SECRET_CHARS_MIN,
  ),
];
