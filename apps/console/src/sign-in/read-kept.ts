/** What was kept at a place; null: nothing, or what cannot be read, as of another version, and is forgotten then. */
export const readKept = <Kept>(storage: Pick<Storage, 'getItem' | 'removeItem'>, place: string): Kept | null => {
  try {
    return JSON.parse(storage.getItem(place) ?? 'null') as Kept | null;
  } catch {
    storage.removeItem(place);
    return null;
  }
};
