import type { Page } from '#contracts';

/** A page as a list answers it: the items under their own name, and what goes on behind them. */
export const listAnswer = <K extends string, T>(
  name: K,
  { items, next }: Page<T>,
): Readonly<Record<K, readonly T[]>> & { readonly next: string | null } =>
  ({ [name]: items, next }) as Readonly<Record<K, readonly T[]>> & { readonly next: string | null };
