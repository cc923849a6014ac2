/** A word of the API as people write it: `rolled_back` is rolled back. */
export const words = (word: string): string => word.replaceAll('_', ' ');
